package sqlstore

import (
	"context"
	"time"

	"foyer/internal/signin"
)

// workflowState is the part of a sign-in under way that nobody searches.
type workflowState struct {
	ID       string              `json:"id"`
	UserName string              `json:"userName"`
	Target   string              `json:"target,omitempty"`
	Proofs   []signin.Credential `json:"proofs,omitempty"`
	Passed   []string            `json:"passed,omitempty"`
	Notes    map[string]string   `json:"notes,omitempty"`
	Tries    int                 `json:"tries,omitempty"`
}

func stateOf(w signin.Workflow) (string, error) {
	return toJSON(workflowState{ID: w.ID, UserName: w.UserName, Target: w.Target, Proofs: w.Proofs, Passed: w.Passed, Notes: w.Notes, Tries: w.Tries})
}

// PutSigninWorkflow stores a new sign-in under way.
func (tx *Tx) PutSigninWorkflow(ctx context.Context, key string, w signin.Workflow) error {
	state, err := stateOf(w)
	if err != nil {
		return err
	}
	_, err = tx.execQuietly(ctx, "INSERT INTO signin_workflow (token, user_id, state, expires) VALUES (?, ?, ?, ?)", key, w.User.ID, state, micros(w.Expires))
	return err
}

// SigninWorkflow reads a sign-in under way; of its user only the id.
func (tx *Tx) SigninWorkflow(ctx context.Context, key string) (signin.Workflow, bool, error) {
	var w signin.Workflow
	var text string
	var expires int64
	found, err := tx.queryRow(ctx, "SELECT user_id, state, expires FROM signin_workflow WHERE token = ?", []any{key}, &w.User.ID, &text, &expires)
	if err != nil || !found {
		return signin.Workflow{}, false, err
	}
	var s workflowState
	if err := fromJSON(text, &s); err != nil {
		return signin.Workflow{}, false, err
	}
	w.ID, w.UserName, w.Target, w.Proofs, w.Passed, w.Notes, w.Tries = s.ID, s.UserName, s.Target, s.Proofs, s.Passed, s.Notes, s.Tries
	w.Expires = fromMicros(expires)
	return w, true, nil
}

// MoveSigninWorkflow stores a sign-in under another key, unless it is gone.
func (tx *Tx) MoveSigninWorkflow(ctx context.Context, from, to string, w signin.Workflow) (bool, error) {
	state, err := stateOf(w)
	if err != nil {
		return false, err
	}
	n, err := tx.execQuietly(ctx, "UPDATE signin_workflow SET token = ?, user_id = ?, state = ? WHERE token = ?", to, w.User.ID, state, from)
	return n > 0, err
}

// DeleteSigninWorkflow ends a sign-in, and reports whether it was there.
func (tx *Tx) DeleteSigninWorkflow(ctx context.Context, key string) (bool, error) {
	n, err := tx.execQuietly(ctx, "DELETE FROM signin_workflow WHERE token = ?", key)
	return n > 0, err
}

// PurgeSigninWorkflows removes up to limit sign-ins that ran out before a time.
func (tx *Tx) PurgeSigninWorkflows(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := tx.execQuietly(ctx, "DELETE FROM signin_workflow WHERE token IN (SELECT token FROM signin_workflow WHERE expires < ? ORDER BY expires LIMIT ?)", micros(before), limit)
	return int(n), err
}

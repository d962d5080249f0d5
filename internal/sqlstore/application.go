package sqlstore

import (
	"context"

	"foyer/internal/application"
	"foyer/internal/paging"
)

const applicationColumns = "arn, instance, account, provider, name, description, disabled, hidden, origin, url, created, created_from"

func scanApplication(row scanner) (application.Application, error) {
	var (
		a                         application.Application
		disabled, hidden, created int64
	)
	err := row.Scan(&a.ARN, &a.InstanceARN, &a.Account, &a.Provider, &a.Name, &a.Description, &disabled, &hidden,
		&a.Portal.Origin, &a.Portal.URL, &created, &a.CreatedFrom)
	a.Disabled, a.Portal.Hidden, a.Created = disabled == 1, hidden == 1, fromMicros(created)
	return a, err
}

// Application reads an application by ARN.
func (tx *Tx) Application(ctx context.Context, applicationARN string) (application.Application, bool, error) {
	return one(ctx, tx, scanApplication, "SELECT "+applicationColumns+" FROM application WHERE arn = ?", applicationARN)
}

// Applications lists an instance's applications by ARN.
func (tx *Tx) Applications(ctx context.Context, instanceARN string, f application.Filter, page paging.Page) ([]application.Application, error) {
	query, args := "SELECT "+applicationColumns+" FROM application WHERE instance = ? AND arn > ?", []any{instanceARN, page.After}
	if f.Account != "" {
		query, args = query+" AND account = ?", append(args, string(f.Account))
	}
	if f.Provider != "" {
		query, args = query+" AND provider = ?", append(args, f.Provider)
	}
	return rows(ctx, tx, scanApplication, query+" ORDER BY arn LIMIT ?", append(args, page.Limit)...)
}

// ApplicationsShown lists what the access portal shows a user, by ARN.
func (tx *Tx) ApplicationsShown(ctx context.Context, instanceARN, userID string, page paging.Page) ([]application.Application, error) {
	return rows(ctx, tx, scanApplication, "SELECT "+applicationColumns+` FROM application a
		WHERE instance = ? AND arn > ? AND disabled = 0 AND hidden = 0 AND (assignment_optional = 1
			OR EXISTS (SELECT 1 FROM application_assignment x WHERE x.application = a.arn AND x.principal_type = 'USER' AND x.principal_id = ?)
			OR EXISTS (SELECT 1 FROM application_assignment x JOIN directory_membership m ON m.group_id = x.principal_id
				WHERE x.application = a.arn AND x.principal_type = 'GROUP' AND m.user_id = ?))
		ORDER BY arn LIMIT ?`, instanceARN, page.After, userID, userID, page.Limit)
}

// CountApplications counts an instance's applications.
func (tx *Tx) CountApplications(ctx context.Context, instanceARN string) (n int, err error) {
	_, err = tx.queryRow(ctx, "SELECT COUNT(*) FROM application WHERE instance = ?", []any{instanceARN}, &n)
	return n, err
}

// PutApplication adds an application, with the settings of a new one.
func (tx *Tx) PutApplication(ctx context.Context, a application.Application) error {
	_, err := tx.exec(ctx, "INSERT INTO application ("+applicationColumns+", assignment_optional, no_background_session) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
		a.ARN, a.InstanceARN, string(a.Account), a.Provider, a.Name, a.Description, flag(a.Disabled), flag(a.Portal.Hidden),
		string(a.Portal.Origin), a.Portal.URL, micros(a.Created), a.CreatedFrom)
	return err
}

// UpdateApplication writes what may change of an application.
func (tx *Tx) UpdateApplication(ctx context.Context, a application.Application) error {
	_, err := tx.exec(ctx, "UPDATE application SET name = ?, description = ?, disabled = ?, hidden = ?, origin = ?, url = ? WHERE arn = ?",
		a.Name, a.Description, flag(a.Disabled), flag(a.Portal.Hidden), string(a.Portal.Origin), a.Portal.URL, a.ARN)
	return err
}

// DeleteApplication removes an application with all that hangs on it.
func (tx *Tx) DeleteApplication(ctx context.Context, applicationARN string) error {
	_, err := tx.deleteWithParts(ctx, applicationARN,
		"DELETE FROM application_assignment WHERE application = ?",
		"DELETE FROM application_part WHERE application = ?",
		"DELETE FROM resource_tag WHERE resource = ?",
		"DELETE FROM application WHERE arn = ?")
	return err
}

// ApplicationSettings reads an application's settings.
func (tx *Tx) ApplicationSettings(ctx context.Context, applicationARN string) (application.Settings, error) {
	var optional, noSession int64
	_, err := tx.queryRow(ctx, "SELECT assignment_optional, no_background_session FROM application WHERE arn = ?", []any{applicationARN}, &optional, &noSession)
	return application.Settings{AssignmentOptional: optional == 1, NoBackgroundSession: noSession == 1}, err
}

// SetApplicationSettings writes an application's settings.
func (tx *Tx) SetApplicationSettings(ctx context.Context, applicationARN string, s application.Settings) error {
	_, err := tx.exec(ctx, "UPDATE application SET assignment_optional = ?, no_background_session = ? WHERE arn = ?",
		flag(s.AssignmentOptional), flag(s.NoBackgroundSession), applicationARN)
	return err
}

func scanApplicationAssignment(row scanner) (application.Assignment, error) {
	var a application.Assignment
	return a, row.Scan(&a.Application, &a.Principal.Type, &a.Principal.ID)
}

// ApplicationAssigned reports whether an assignment exists.
func (tx *Tx) ApplicationAssigned(ctx context.Context, a application.Assignment) (bool, error) {
	var found int64
	return tx.queryRow(ctx, "SELECT 1 FROM application_assignment WHERE application = ? AND principal_type = ? AND principal_id = ?",
		[]any{a.Application, string(a.Principal.Type), a.Principal.ID}, &found)
}

// ApplicationAssignments lists who is assigned to an application.
func (tx *Tx) ApplicationAssignments(ctx context.Context, applicationARN string, page paging.Page) ([]application.Assignment, error) {
	after := application.ParseKey(page.After).Principal
	return rows(ctx, tx, scanApplicationAssignment, `SELECT application, principal_type, principal_id FROM application_assignment
		WHERE application = ? AND (principal_type, principal_id) > (?, ?) ORDER BY principal_type, principal_id LIMIT ?`,
		applicationARN, string(after.Type), after.ID, page.Limit)
}

// ApplicationAssignmentsFor lists what a group, or a user and the user's
// groups, are assigned to in an instance; applicationARN "" means all.
func (tx *Tx) ApplicationAssignmentsFor(ctx context.Context, instanceARN string, p application.Principal, applicationARN string, page paging.Page) ([]application.Assignment, error) {
	const own = `SELECT x.application, x.principal_type, x.principal_id FROM application_assignment x JOIN application a ON a.arn = x.application
		WHERE x.principal_id = ? AND x.principal_type = ?`
	const through = `SELECT x.application, x.principal_type, x.principal_id FROM directory_membership m
		JOIN application_assignment x ON x.principal_id = m.group_id JOIN application a ON a.arn = x.application
		WHERE m.user_id = ? AND x.principal_type = 'GROUP'`
	narrow := " AND a.instance = ? AND (x.application, x.principal_type, x.principal_id) > (?, ?, ?)"
	key := application.ParseKey(page.After)
	narrowed := []any{instanceARN, key.Application, string(key.Principal.Type), key.Principal.ID}
	if applicationARN != "" {
		narrow, narrowed = narrow+" AND x.application = ?", append(narrowed, applicationARN)
	}
	query, args := own+narrow, append([]any{p.ID, string(p.Type)}, narrowed...)
	if p.Type == application.User {
		query, args = query+" UNION ALL "+through+narrow, append(append(args, p.ID), narrowed...)
	}
	return rows(ctx, tx, scanApplicationAssignment, query+" ORDER BY 1, 2, 3 LIMIT ?", append(args, page.Limit)...)
}

// PutApplicationAssignment adds an assignment; false when it exists.
func (tx *Tx) PutApplicationAssignment(ctx context.Context, a application.Assignment) (bool, error) {
	return tx.insert(ctx, "INSERT INTO application_assignment (application, principal_type, principal_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
		a.Application, string(a.Principal.Type), a.Principal.ID)
}

// DeleteApplicationAssignment removes an assignment; false when there is none.
func (tx *Tx) DeleteApplicationAssignment(ctx context.Context, a application.Assignment) (bool, error) {
	n, err := tx.exec(ctx, "DELETE FROM application_assignment WHERE application = ? AND principal_type = ? AND principal_id = ?",
		a.Application, string(a.Principal.Type), a.Principal.ID)
	return n > 0, err
}

// DeleteApplicationAssignmentsOf removes all assignments of a principal.
func (tx *Tx) DeleteApplicationAssignmentsOf(ctx context.Context, p application.Principal) error {
	_, err := tx.exec(ctx, "DELETE FROM application_assignment WHERE principal_id = ? AND principal_type = ?", p.ID, string(p.Type))
	return err
}

// ApplicationParts lists an application's parts of a kind by name.
func (tx *Tx) ApplicationParts(ctx context.Context, applicationARN string, kind application.PartKind, page paging.Page) ([]application.Part, error) {
	return rows(ctx, tx, func(row scanner) (application.Part, error) {
		var p application.Part
		return p, row.Scan(&p.Name, &p.Content)
	}, "SELECT name, content FROM application_part WHERE application = ? AND kind = ? AND name > ? ORDER BY name LIMIT ?",
		applicationARN, string(kind), page.After, page.Limit)
}

// ApplicationPart reads a part.
func (tx *Tx) ApplicationPart(ctx context.Context, applicationARN string, kind application.PartKind, name string) (content string, found bool, err error) {
	found, err = tx.queryRow(ctx, "SELECT content FROM application_part WHERE application = ? AND kind = ? AND name = ?",
		[]any{applicationARN, string(kind), name}, &content)
	return content, found, err
}

// CountApplicationParts counts an application's parts of a kind.
func (tx *Tx) CountApplicationParts(ctx context.Context, applicationARN string, kind application.PartKind) (n int, err error) {
	_, err = tx.queryRow(ctx, "SELECT COUNT(*) FROM application_part WHERE application = ? AND kind = ?", []any{applicationARN, string(kind)}, &n)
	return n, err
}

// PutApplicationPart puts a part, in place of one of its kind and name.
func (tx *Tx) PutApplicationPart(ctx context.Context, applicationARN string, kind application.PartKind, part application.Part) error {
	_, err := tx.exec(ctx, `INSERT INTO application_part (application, kind, name, content) VALUES (?, ?, ?, ?)
		ON CONFLICT (application, kind, name) DO UPDATE SET content = excluded.content`,
		applicationARN, string(kind), part.Name, part.Content)
	return err
}

// DeleteApplicationPart removes a part; one that is not there is no error.
func (tx *Tx) DeleteApplicationPart(ctx context.Context, applicationARN string, kind application.PartKind, name string) error {
	_, err := tx.exec(ctx, "DELETE FROM application_part WHERE application = ? AND kind = ? AND name = ?", applicationARN, string(kind), name)
	return err
}

package sts

import (
	"context"
	"slices"
	"time"

	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/wire"
)

// maxTask is how long a root session lasts, and at most can.
const maxTask = 15 * time.Minute

// rootTasks are what a root session can be begun for.
var rootTasks = []string{
	"arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials",
	"arn:aws:iam::aws:policy/root-task/IAMCreateRootUserPassword",
	"arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials",
	"arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy",
	"arn:aws:iam::aws:policy/root-task/SQSUnlockQueuePolicy",
}

// AssumeRoot is a request to act as the root of a member account, for one task.
type AssumeRoot struct {
	Target   string // the account's id, or its root's ARN
	Task     string // the ARN of one of AWS's policies under root-task/
	Duration time.Duration
}

// RootARN is the ARN of the root that target, an account id or such an ARN,
// names; "" when it names none.
func RootARN(target string) string {
	if id := arn.AccountID(target); id.Valid() {
		return arn.IAM(id, "root")
	}
	if a, err := arn.Parse(target); err == nil && a.Account.Valid() && target == arn.IAM(a.Account, "root") {
		return target
	}
	return ""
}

// AssumeRoot begins a session as the root of a member account, narrowed to a
// task. The caller, never a root itself, must be of the account that manages
// root sessions in the organization, and be allowed to; the edge has asked the
// latter.
func (s *Service) AssumeRoot(ctx context.Context, call *wire.Call, in AssumeRoot) (Assumed, error) {
	target := RootARN(in.Target)
	if target == "" {
		return Assumed{}, invalid("%s is invalid", in.Target)
	}
	if !slices.Contains(rootTasks, in.Task) {
		return Assumed{}, invalid("The task policy %s is not one of those that a root session can be begun with.", in.Task)
	}
	if in.Duration < 0 || in.Duration > maxTask {
		return Assumed{}, invalid("1 validation error detected: Value '%d' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to %d",
			int(in.Duration/time.Second), int(maxTask/time.Second))
	}
	a, err := arn.Parse(target)
	if err != nil {
		return Assumed{}, err
	}
	may := false
	if c := &call.Caller; c.Kind == caller.User || c.Kind == caller.AssumedRole {
		if may, err = s.MayAssumeRoot(ctx, c.Account, a.Account); err != nil {
			return Assumed{}, err
		}
	}
	if !may {
		return Assumed{}, notAuthorized(call, "sts:AssumeRoot", target, nil)
	}
	length := in.Duration
	if length == 0 {
		length = maxTask
	}
	session := caller.Session{
		Kind: caller.Root, Account: a.Account, UserARN: target, UserID: string(a.Account),
		PolicyARNs: []string{in.Task}, Issued: call.Time, Expires: call.Time.Add(length),
	}
	if from := call.Caller.Session; from != nil {
		session.SourceIdentity, session.MFA = from.SourceIdentity, from.MFA
	}
	issued, err := s.Minter.Issue(session)
	if err != nil {
		return Assumed{}, err
	}
	session.AccessKeyID = issued.AccessKeyID
	return Assumed{Credentials: issued, Caller: Caller(&session), SourceIdentity: session.SourceIdentity}, nil
}

package iam

import (
	"context"
	"fmt"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/awsmanaged"
	"foyer/internal/fault"
)

// assignable reports whether policyARN is an AWS managed policy that may be
// given to roles of permission sets.
func assignable(policyARN string) bool {
	_, found := awsmanaged.Find(policyARN)
	return found && !strings.Contains(policyARN, ":"+servicePolicies)
}

// ServiceRole is a role that Foyer makes in an account, and the managed
// policies it holds.
type ServiceRole struct {
	NewRole
	ManagedPolicyARNs []string
	ServiceLinked     bool // only Foyer may change it
}

// CreateServiceRole makes a role as a service does: its name and path may be
// reserved ones. A role of this name that is there already stays as it is, and
// is the answer.
func (s *Service) CreateServiceRole(ctx context.Context, n ServiceRole) (role Role, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		role, err = s.ensureServiceRole(ctx, tx, n)
		return err
	})
	return role, err
}

func (s *Service) ensureServiceRole(ctx context.Context, tx Tx, n ServiceRole) (Role, error) {
	role, found, err := tx.IAMRole(ctx, n.Account, n.Name)
	if err != nil || found {
		return role, err
	}
	if role, err = s.createRole(ctx, tx, n.NewRole, n.ServiceLinked); err != nil {
		return Role{}, err
	}
	for _, a := range n.ManagedPolicyARNs {
		if _, found := awsmanaged.Find(a); !found {
			return Role{}, noSuchPolicy(a)
		}
		if err := tx.PutIAMAttachment(ctx, n.Account, role.ID, a); err != nil {
			return Role{}, fmt.Errorf("attach %s to %s: %w", a, role.ARN, err)
		}
	}
	return role, nil
}

// SSOPrincipal is the service principal of IAM Identity Center, whose
// service-linked role stands in every account.
const SSOPrincipal = "sso.amazonaws.com"

// CreateServiceLinkedRole makes the role of a service, such as
// sso.amazonaws.com, in an account. A role that is there already is an Invalid
// fault, as AWS has it.
func (s *Service) CreateServiceLinkedRole(ctx context.Context, account arn.AccountID, principal, description, suffix string) (role Role, err error) {
	linked, err := linkedServiceOf(principal)
	if err != nil {
		return Role{}, err
	}
	name, err := linked.roleName(suffix)
	if err != nil {
		return Role{}, err
	}
	err = s.InTx(ctx, func(tx Tx) error {
		_, taken, err := tx.IAMEntity(ctx, Ref{account, RoleKind, name})
		if err != nil {
			return err
		}
		if taken {
			return fault.Newf(fault.Invalid, "Service role name %s has been taken in this account, please try a different suffix.", name)
		}
		role, err = s.ensureServiceRole(ctx, tx, linked.on(account, name, description))
		return err
	})
	return role, err
}

// EnsureServiceLinkedRole is CreateServiceLinkedRole when the role may be there.
func (s *Service) EnsureServiceLinkedRole(ctx context.Context, account arn.AccountID, principal, description string) (Role, error) {
	linked, err := linkedServiceOf(principal)
	if err != nil {
		return Role{}, err
	}
	name, err := linked.roleName("")
	if err != nil {
		return Role{}, err
	}
	return s.CreateServiceRole(ctx, linked.on(account, name, description))
}

// on is the service's role as it stands in an account.
func (l linkedService) on(account arn.AccountID, name, description string) ServiceRole {
	return ServiceRole{
		NewRole: NewRole{
			Account: account, Name: name, Path: ServiceRolePath + l.principal() + "/", Description: description,
			TrustPolicy: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + l.principal() + `"},"Action":"sts:AssumeRole"}]}`,
		},
		ManagedPolicyARNs: []string{arn.IAM(awsOwner, servicePolicies+l.policy)},
		ServiceLinked:     true,
	}
}

// DeletionTask is the deletion of a service-linked role, which is over as soon
// as it is asked for.
type DeletionTask struct {
	Account   arn.AccountID
	Principal string
	RoleName  string
	RoleID    string
}

// String is the task's id: task/aws-service-role/<service>/<role>/<role id>.
func (t DeletionTask) String() string {
	return "task" + ServiceRolePath + t.Principal + "/" + t.RoleName + "/" + t.RoleID
}

// DeleteServiceLinkedRole deletes a service-linked role that Foyer does not
// need itself. Its outcome is asked of DeletionFailed.
func (s *Service) DeleteServiceLinkedRole(ctx context.Context, account arn.AccountID, name string) (task DeletionTask, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		role, err := roleOf(ctx, tx, account, name)
		if err != nil {
			return err
		}
		principal := strings.Trim(strings.TrimPrefix(role.Path, ServiceRolePath), "/")
		if !role.ServiceLinked {
			return fault.Newf(fault.NotFound, "The service-linked role with name %s cannot be found.", name)
		}
		task = DeletionTask{account, principal, role.Name, role.ID}
		if linked, err := linkedServiceOf(principal); err == nil && linked.kept {
			return nil
		}
		return tx.DeleteIAMEntities(ctx, []string{role.ID})
	})
	return task, err
}

// DeletionFailed reports whether the role of a deletion task is still there,
// because its service uses it.
func (s *Service) DeletionFailed(ctx context.Context, account arn.AccountID, taskID string) (failed bool, err error) {
	if !strings.HasPrefix(taskID, "task/") {
		return false, fault.Newf(fault.Invalid, "The deletion task id %s is not valid.", taskID)
	}
	parts := strings.Split(strings.TrimPrefix(taskID, "task"+ServiceRolePath), "/")
	if len(parts) != 3 || !strings.HasPrefix(taskID, "task"+ServiceRolePath) {
		return false, fault.Newf(fault.NotFound, "Deletion task %s cannot be found.", taskID)
	}
	err = s.View(ctx, func(tx Tx) error {
		e, found, err := tx.IAMEntity(ctx, Ref{account, RoleKind, parts[1]})
		failed = found && e.ID == parts[2]
		return err
	})
	return failed, err
}

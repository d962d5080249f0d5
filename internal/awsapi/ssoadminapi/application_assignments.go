package ssoadminapi

import (
	"context"

	"foyer/internal/application"
	"foyer/internal/wire"
)

// CreateApplicationAssignment lets a user or group use an application.
func (s *Service) CreateApplicationAssignment(ctx context.Context, _ *wire.Call, in *CreateApplicationAssignmentRequest) (*CreateApplicationAssignmentResponse, error) {
	return &CreateApplicationAssignmentResponse{}, s.Applications.Assign(ctx, applicationAssignment(in.ApplicationArn, in.PrincipalType, in.PrincipalId))
}

// DeleteApplicationAssignment takes an assignment away.
func (s *Service) DeleteApplicationAssignment(ctx context.Context, _ *wire.Call, in *DeleteApplicationAssignmentRequest) (*DeleteApplicationAssignmentResponse, error) {
	return &DeleteApplicationAssignmentResponse{}, s.Applications.Unassign(ctx, applicationAssignment(in.ApplicationArn, in.PrincipalType, in.PrincipalId))
}

// DescribeApplicationAssignment finds an assignment.
func (s *Service) DescribeApplicationAssignment(ctx context.Context, _ *wire.Call, in *DescribeApplicationAssignmentRequest) (*DescribeApplicationAssignmentResponse, error) {
	if err := s.Applications.Assigned(ctx, applicationAssignment(in.ApplicationArn, in.PrincipalType, in.PrincipalId)); err != nil {
		return nil, err
	}
	return &DescribeApplicationAssignmentResponse{ApplicationArn: &in.ApplicationArn, PrincipalType: &in.PrincipalType, PrincipalId: &in.PrincipalId}, nil
}

// ListApplicationAssignments lists who is assigned to an application.
func (s *Service) ListApplicationAssignments(ctx context.Context, _ *wire.Call, in *ListApplicationAssignmentsRequest) (*ListApplicationAssignmentsResponse, error) {
	query := "ListApplicationAssignments " + in.ApplicationArn
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all, after, err := s.Applications.Assignments(ctx, in.ApplicationArn, page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	assigned := wire.Each(all, func(a application.Assignment) ApplicationAssignment {
		return ApplicationAssignment{ApplicationArn: a.Application, PrincipalType: string(a.Principal.Type), PrincipalId: a.Principal.ID}
	})
	return &ListApplicationAssignmentsResponse{ApplicationAssignments: assigned, NextToken: next}, err
}

// ListApplicationAssignmentsForPrincipal lists what a group is assigned to, or
// a user, also through groups.
func (s *Service) ListApplicationAssignmentsForPrincipal(ctx context.Context, _ *wire.Call, in *ListApplicationAssignmentsForPrincipalRequest) (*ListApplicationAssignmentsForPrincipalResponse, error) {
	only := ""
	if in.Filter != nil {
		only = wire.Given(in.Filter.ApplicationArn)
	}
	query := "ListApplicationAssignmentsForPrincipal " + in.InstanceArn + " " + in.PrincipalType + " " + in.PrincipalId + " " + only
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	p := application.Principal{Type: application.PrincipalType(in.PrincipalType), ID: in.PrincipalId}
	all, after, err := s.Applications.AssignmentsFor(ctx, in.InstanceArn, p, only, page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	assigned := wire.Each(all, func(a application.Assignment) ApplicationAssignmentForPrincipal {
		return ApplicationAssignmentForPrincipal{ApplicationArn: &a.Application, PrincipalType: wire.Optional(a.Principal.Type), PrincipalId: &a.Principal.ID}
	})
	return &ListApplicationAssignmentsForPrincipalResponse{ApplicationAssignments: assigned, NextToken: next}, err
}

func applicationAssignment(applicationARN, kind, id string) application.Assignment {
	return application.Assignment{Application: applicationARN, Principal: application.Principal{Type: application.PrincipalType(kind), ID: id}}
}

// GetApplicationAssignmentConfiguration tells whether users need an assignment.
func (s *Service) GetApplicationAssignmentConfiguration(ctx context.Context, _ *wire.Call, in *GetApplicationAssignmentConfigurationRequest) (*GetApplicationAssignmentConfigurationResponse, error) {
	set, err := s.Applications.Settings(ctx, in.ApplicationArn)
	if err != nil {
		return nil, err
	}
	return &GetApplicationAssignmentConfigurationResponse{AssignmentRequired: !set.AssignmentOptional}, nil
}

// PutApplicationAssignmentConfiguration says whether users need an assignment.
func (s *Service) PutApplicationAssignmentConfiguration(ctx context.Context, _ *wire.Call, in *PutApplicationAssignmentConfigurationRequest) (*PutApplicationAssignmentConfigurationResponse, error) {
	return &PutApplicationAssignmentConfigurationResponse{}, s.Applications.Set(ctx, in.ApplicationArn, func(set *application.Settings) {
		set.AssignmentOptional = !in.AssignmentRequired
	})
}

// GetApplicationSessionConfiguration tells whether user background sessions are
// enabled.
func (s *Service) GetApplicationSessionConfiguration(ctx context.Context, _ *wire.Call, in *GetApplicationSessionConfigurationRequest) (*GetApplicationSessionConfigurationResponse, error) {
	set, err := s.Applications.Settings(ctx, in.ApplicationArn)
	if err != nil {
		return nil, err
	}
	status := UserBackgroundSessionApplicationStatusEnabled
	if set.NoBackgroundSession {
		status = UserBackgroundSessionApplicationStatusDisabled
	}
	return &GetApplicationSessionConfigurationResponse{UserBackgroundSessionApplicationStatus: &status}, nil
}

// PutApplicationSessionConfiguration enables or disables user background
// sessions; a status that is not given stays.
func (s *Service) PutApplicationSessionConfiguration(ctx context.Context, _ *wire.Call, in *PutApplicationSessionConfigurationRequest) (*PutApplicationSessionConfigurationResponse, error) {
	return &PutApplicationSessionConfigurationResponse{}, s.Applications.Set(ctx, in.ApplicationArn, func(set *application.Settings) {
		if in.UserBackgroundSessionApplicationStatus != nil {
			set.NoBackgroundSession = *in.UserBackgroundSessionApplicationStatus == UserBackgroundSessionApplicationStatusDisabled
		}
	})
}

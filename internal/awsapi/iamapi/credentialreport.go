package iamapi

import (
	"context"
	"errors"

	"foyer/internal/iam"
	"foyer/internal/wire"
)

// GenerateCredentialReport makes a report of the credentials of the account's
// users. As at AWS, whoever asks first is told that it has begun; it is
// finished then.
func (s *Service) GenerateCredentialReport(ctx context.Context, call *wire.Call, _ *wire.Empty) (*GenerateCredentialReportResponse, error) {
	made, err := s.CredentialReports.Generate(ctx, call.Caller.Account)
	if made {
		return &GenerateCredentialReportResponse{State: new("STARTED"), Description: new("No report exists. Starting a new report generation task")}, err
	}
	return &GenerateCredentialReportResponse{State: new("COMPLETE")}, err
}

// GetCredentialReport reads the report.
func (s *Service) GetCredentialReport(ctx context.Context, call *wire.Call, _ *wire.Empty) (*GetCredentialReportResponse, error) {
	r, err := s.CredentialReports.Report(ctx, call.Caller.Account)
	if no, ok := errors.AsType[*iam.NoReport](err); ok {
		code := "ReportNotPresent"
		if no.Expired {
			code = "ReportExpired"
		}
		return nil, &wire.Error{Code: code, Message: no.Error(), Err: err}
	}
	return &GetCredentialReportResponse{Content: []byte(r.Content), ReportFormat: new("text/csv"), GeneratedTime: new(r.Created)}, err
}

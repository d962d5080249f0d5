package organizationsapi

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/organizations"
	"foyer/internal/wire"
)

func wireAccount(a organizations.Account) Account {
	return Account{
		Id: new(string(a.ID)), Arn: new(a.ARN), Email: new(a.Email), Name: new(a.Name), Status: new(a.Status()),
		State: new(string(a.State)), Paths: []string{a.Path}, JoinedMethod: new(string(a.JoinedMethod)), JoinedTimestamp: wire.Moment(a.Joined),
	}
}

func wireCreation(c organizations.CreateStatus) CreateAccountStatus {
	return CreateAccountStatus{
		Id: new(c.ID), AccountName: new(c.Name), State: new(string(c.State)), RequestedTimestamp: wire.Moment(c.Requested),
		CompletedTimestamp: wire.Moment(c.Completed), AccountId: wire.Optional(c.Account), FailureReason: wire.Optional(c.Failure),
	}
}

// CreateAccount begins to make a member account.
func (s *Service) CreateAccount(ctx context.Context, call *wire.Call, in *CreateAccountRequest) (*CreateAccountResponse, error) {
	tags, err := tagsOf(in.Tags)
	if err != nil {
		return nil, err
	}
	status, err := s.of(call).CreateAccount(ctx, organizations.NewAccount{
		Name: in.AccountName, Email: in.Email, RoleName: wire.Given(in.RoleName), Tags: tags,
	})
	if err != nil {
		return nil, err
	}
	return &CreateAccountResponse{CreateAccountStatus: new(wireCreation(status))}, nil
}

// DescribeCreateAccountStatus reads how the creation of an account stands.
func (s *Service) DescribeCreateAccountStatus(ctx context.Context, call *wire.Call, in *DescribeCreateAccountStatusRequest) (*DescribeCreateAccountStatusResponse, error) {
	status, err := s.of(call).CreateStatus(ctx, in.CreateAccountRequestId)
	if err != nil {
		return nil, err
	}
	return &DescribeCreateAccountStatusResponse{CreateAccountStatus: new(wireCreation(status))}, nil
}

// ListCreateAccountStatus lists creations of accounts.
func (s *Service) ListCreateAccountStatus(ctx context.Context, call *wire.Call, in *ListCreateAccountStatusRequest) (*ListCreateAccountStatusResponse, error) {
	const query = "creations"
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	states := wire.Each(in.States, func(state string) organizations.CreateState { return organizations.CreateState(state) })
	all, after, err := s.of(call).CreateStatuses(ctx, states, page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListCreateAccountStatusResponse{CreateAccountStatuses: wire.Each(all, wireCreation), NextToken: next}, err
}

// DescribeAccount reads an account.
func (s *Service) DescribeAccount(ctx context.Context, call *wire.Call, in *DescribeAccountRequest) (*DescribeAccountResponse, error) {
	a, err := s.of(call).Account(ctx, arn.AccountID(in.AccountId))
	if err != nil {
		return nil, err
	}
	return &DescribeAccountResponse{Account: new(wireAccount(a))}, nil
}

// ListAccounts lists the organization's accounts.
func (s *Service) ListAccounts(ctx context.Context, call *wire.Call, in *ListAccountsRequest) (*ListAccountsResponse, error) {
	const query = "accounts"
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all, after, err := s.of(call).Accounts(ctx, page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListAccountsResponse{Accounts: wire.Each(all, wireAccount), NextToken: next}, err
}

// ListAccountsForParent lists the accounts right under a root or unit.
func (s *Service) ListAccountsForParent(ctx context.Context, call *wire.Call, in *ListAccountsForParentRequest) (*ListAccountsForParentResponse, error) {
	query := "accounts " + in.ParentId
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all, after, err := s.of(call).AccountsForParent(ctx, in.ParentId, page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListAccountsForParentResponse{Accounts: wire.Each(all, wireAccount), NextToken: next}, err
}

// MoveAccount puts an account under another root or unit.
func (s *Service) MoveAccount(ctx context.Context, call *wire.Call, in *MoveAccountRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.of(call).MoveAccount(ctx, arn.AccountID(in.AccountId), in.SourceParentId, in.DestinationParentId)
}

// CloseAccount suspends an account.
func (s *Service) CloseAccount(ctx context.Context, call *wire.Call, in *CloseAccountRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.of(call).CloseAccount(ctx, arn.AccountID(in.AccountId))
}

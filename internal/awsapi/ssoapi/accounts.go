package ssoapi

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/wire"
)

// defaultPage is the size of a page when max_result is absent; AWS does not say.
const defaultPage = 100

// ListAccounts lists the accounts in which the person has a role.
func (s *Service) ListAccounts(ctx context.Context, call *wire.Call, in *ListAccountsRequest) (*ListAccountsResponse, error) {
	person, err := s.person(ctx, call)
	if err != nil {
		return nil, err
	}
	query := "sso:ListAccounts " + person.UserID
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	accounts, after, err := s.Portal.Accounts(ctx, person.UserID, page)
	if err != nil {
		return nil, err
	}
	out := &ListAccountsResponse{AccountList: make([]AccountInfo, len(accounts))}
	for i, a := range accounts {
		out.AccountList[i] = AccountInfo{AccountId: new(string(a.ID)), AccountName: wire.Optional(a.Name), EmailAddress: wire.Optional(a.Email)}
	}
	out.NextToken, err = s.next(query, after)
	return out, err
}

// ListAccountRoles lists the permission sets the person has in an account. Their
// names are the role names here.
func (s *Service) ListAccountRoles(ctx context.Context, call *wire.Call, in *ListAccountRolesRequest) (*ListAccountRolesResponse, error) {
	person, err := s.person(ctx, call)
	if err != nil {
		return nil, err
	}
	account, err := accountID(in.AccountId)
	if err != nil {
		return nil, err
	}
	query := "sso:ListAccountRoles " + person.UserID + " " + in.AccountId
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	roles, after, err := s.Portal.Roles(ctx, person.UserID, account, page)
	if err != nil {
		return nil, err
	}
	out := &ListAccountRolesResponse{RoleList: make([]RoleInfo, len(roles))}
	for i, r := range roles {
		out.RoleList[i] = RoleInfo{RoleName: new(r.Name), AccountId: new(in.AccountId)}
	}
	out.NextToken, err = s.next(query, after)
	return out, err
}

func (s *Service) page(query string, token *string, limit *int64) (paging.Page, error) {
	return s.Pages.Page(query, token, limit, defaultPage)
}

// next is the token of the page behind after; nil on the last page.
func (s *Service) next(query, after string) (*string, error) {
	token, err := s.Pages.Next(query, after)
	return wire.Optional(token), err
}

func accountID(text string) (arn.AccountID, error) {
	id := arn.AccountID(text)
	if !id.Valid() {
		return "", fault.Newf(fault.Invalid, "Invalid account id provided")
	}
	return id, nil
}

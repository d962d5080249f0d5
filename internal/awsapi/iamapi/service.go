// Package iamapi serves AWS's Identity and Access Management API: users,
// groups, roles, policies, access keys and SAML providers of the caller's
// account.
package iamapi

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"foyer/internal/access"
	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/lastaccess"
	"foyer/internal/paging"
	"foyer/internal/wire"
)

// Service answers the API. All fields are required.
type Service struct {
	notBuilt
	IAM        *iam.Service
	RootAccess *iam.RootAccess
	Simulator  *access.Simulator
	LastAccess *lastaccess.Reports
	// CredentialReports are those of users.
	CredentialReports *iam.CredentialReports
	Tokens            paging.Tokens
	Gate              Gate
	// IssuerURL is the URL of the issuer of an account's web identity tokens.
	IssuerURL func(issuerID string) string
}

// Gate decides whether the call's principal may do d to a resource of owner
// whose own policy is document: a Denied fault when not.
type Gate interface {
	CheckResource(ctx context.Context, call *wire.Call, d wire.Demand, document string, owner arn.AccountID) error
}

// API returns the service's contract, answered by s.
func (s *Service) API() *wire.API {
	api := newAPI(s, s.authorizations(), faultOf)
	api.PatternWords = patternWords
	return api
}

// patternWords are IAM's sentences for names and paths of a wrong form.
var patternWords = map[string]string{
	`[\w+=,.@-]+`: "It must contain only alphanumeric characters and/or the following: +=,.@_-",
	`(\x{002F})|(\x{002F}[\x{0021}-\x{007E}]+\x{002F})`: "It must begin and end with / and contain only alphanumeric characters and/or / characters.",
	`((/[A-Za-z0-9\.,\+@=_-]+)*)/`:                      "It must begin and end with / and contain only alphanumeric characters and/or / characters.",
	`\x{002F}[\x{0021}-\x{007F}]*`:                      "It must begin with / and contain only alphanumeric characters and/or / characters.",
}

// maxPage is the size of a page when none is asked for.
const maxPage = 100

// page reads the paging members of a listing; query names the listing.
func (s *Service) page(query string, marker *string, limit *int64) (paging.Page, error) {
	page, err := s.Tokens.Page(query, marker, limit, maxPage)
	if err != nil {
		return page, validation("Invalid Marker.", err)
	}
	return page, nil
}

// more is how a listing says whether it goes on: IsTruncated and Marker.
func (s *Service) more(query, after string) (truncated *bool, marker *string, err error) {
	token, err := s.Tokens.Next(query, after)
	return new(token != ""), wire.Optional(token), err
}

// validation is the failure of a request that does not fit its caller or its
// own listing; the model has no word for it, and AWS says ValidationError.
func validation(message string, cause error) error {
	return &wire.Error{Code: "ValidationError", Status: http.StatusBadRequest, Message: message, Err: cause}
}

// encoded is a policy document as IAM shows it: percent-encoded (RFC 3986).
func encoded(document string) string {
	return strings.ReplaceAll(url.QueryEscape(document), "+", "%20")
}

// self is the user that an operation without a user name means: the caller
// itself, or "" for root.
func self(call *wire.Call, name *string) (string, error) {
	switch {
	case name != nil:
		return *name, nil
	case call.Caller.Kind == caller.User:
		return call.Caller.Name, nil
	case call.Caller.Kind == caller.Root:
		return "", nil
	default:
		return "", validation("Must specify userName when calling with non-User credentials", nil)
	}
}

func user(call *wire.Call, name string) iam.Ref {
	return iam.Ref{Account: call.Caller.Account, Kind: iam.UserKind, Name: name}
}

func group(call *wire.Call, name string) iam.Ref {
	return iam.Ref{Account: call.Caller.Account, Kind: iam.GroupKind, Name: name}
}

func role(call *wire.Call, name string) iam.Ref {
	return iam.Ref{Account: call.Caller.Account, Kind: iam.RoleKind, Name: name}
}

func tagsOf(all []Tag) []iam.Tag {
	out := make([]iam.Tag, len(all))
	for i, t := range all {
		out[i] = iam.Tag{Key: t.Key, Value: t.Value}
	}
	return out
}

// wireTags shows tags by key; nil when there are none.
func wireTags(tags map[string]string) []Tag {
	var all []Tag
	for key, value := range tags {
		all = append(all, Tag{Key: key, Value: value})
	}
	slices.SortFunc(all, func(a, b Tag) int { return strings.Compare(a.Key, b.Key) })
	return all
}

// tagPage is one page of a resource's tags.
func (s *Service) tagPage(query string, tags map[string]string, marker *string, limit *int64) (all []Tag, truncated *bool, next *string, err error) {
	page, err := s.page(query, marker, limit)
	if err != nil {
		return nil, nil, nil, err
	}
	all = wireTags(tags)
	all = slices.DeleteFunc(all, func(t Tag) bool { return t.Key <= page.After && page.After != "" })
	all, after := paging.Cut(all, page.Limit, func(t Tag) string { return t.Key })
	truncated, next, err = s.more(query, after)
	return all, truncated, next, err
}

func wireBoundary(policyARN string) *AttachedPermissionsBoundary {
	if policyARN == "" {
		return nil
	}
	return &AttachedPermissionsBoundary{PermissionsBoundaryType: new("Policy"), PermissionsBoundaryArn: &policyARN}
}

// invalid is a request whose parameters contradict each other.
func invalid(format string, args ...any) error { return fault.Newf(fault.Invalid, format, args...) }

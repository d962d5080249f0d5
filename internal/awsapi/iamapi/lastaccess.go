package iamapi

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"foyer/internal/actioncatalogue"
	"foyer/internal/arn"
	"foyer/internal/iam"
	"foyer/internal/lastaccess"
	"foyer/internal/paging"
	"foyer/internal/wire"
)

// GenerateServiceLastAccessedDetails finds out what a user, group, role or
// policy allows, and what of that was last used.
func (s *Service) GenerateServiceLastAccessedDetails(ctx context.Context, call *wire.Call, in *GenerateServiceLastAccessedDetailsRequest) (*GenerateServiceLastAccessedDetailsResponse, error) {
	id, err := s.LastAccess.Generate(ctx, call.Caller.Account, in.Arn, wire.Given(in.Granularity) == actionLevel)
	return &GenerateServiceLastAccessedDetailsResponse{JobId: &id}, err
}

// The granularities of reports, and the state in which every report is found.
const (
	serviceLevel = "SERVICE_LEVEL"
	actionLevel  = "ACTION_LEVEL"
	completed    = "COMPLETED"
)

// GetServiceLastAccessedDetails reads such a report.
func (s *Service) GetServiceLastAccessedDetails(ctx context.Context, call *wire.Call, in *GetServiceLastAccessedDetailsRequest) (*GetServiceLastAccessedDetailsResponse, error) {
	query := "last access " + in.JobId
	page, err := s.page(query, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	r, err := s.LastAccess.Report(ctx, call.Caller.Account, in.JobId)
	if err != nil {
		return nil, err
	}
	services, after := cut(r.Content.Services, page, func(s lastaccess.Service) string { return s.Prefix })
	uses := r.Content.UsesOf()
	out := &GetServiceLastAccessedDetailsResponse{
		JobStatus: completed, JobType: new(serviceLevel), JobCreationDate: r.Created, JobCompletionDate: r.Created,
		ServicesLastAccessed: wire.Each(services, func(of lastaccess.Service) ServiceLastAccessed { return lastAccessed(&r, of, uses[of.Prefix]) }),
	}
	if r.Actions {
		out.JobType = new(actionLevel)
	}
	out.IsTruncated, out.Marker, err = s.more(query, after)
	return out, err
}

// cut is one page of a list that is in the order of its keys.
func cut[T any](all []T, page paging.Page, key func(T) string) ([]T, string) {
	if page.After != "" {
		all = slices.DeleteFunc(slices.Clone(all), func(t T) bool { return key(t) <= page.After })
	}
	return paging.Cut(all, page.Limit, key)
}

func lastAccessed(r *lastaccess.Report, of lastaccess.Service, uses []lastaccess.Use) ServiceLastAccessed {
	last := r.Content.LastOf(uses, "")
	out := ServiceLastAccessed{
		ServiceName: serviceName(of.Prefix), ServiceNamespace: of.Prefix, TotalAuthenticatedEntities: new(int64(last.Entities)),
	}
	if last.Use != nil {
		out.LastAuthenticated, out.LastAuthenticatedEntity, out.LastAuthenticatedRegion = new(last.Use.At), new(last.By.ARN), wire.Optional(last.Use.Region)
	}
	for _, action := range of.Actions {
		tracked := TrackedActionLastAccessed{ActionName: new(action)}
		if last := r.Content.LastOf(uses, action); last.Use != nil {
			tracked.LastAccessedTime, tracked.LastAccessedEntity, tracked.LastAccessedRegion = new(last.Use.At), new(last.By.ARN), wire.Optional(last.Use.Region)
		}
		out.TrackedActionsLastAccessed = append(out.TrackedActionsLastAccessed, tracked)
	}
	return out
}

// serviceName is what AWS calls the service of a prefix.
func serviceName(prefix string) string {
	if s, found := actioncatalogue.Find(prefix); found {
		return s.Name
	}
	return prefix
}

// GetServiceLastAccessedDetailsWithEntities reads who could have used a service
// of such a report, and when each did.
func (s *Service) GetServiceLastAccessedDetailsWithEntities(ctx context.Context, call *wire.Call, in *GetServiceLastAccessedDetailsWithEntitiesRequest) (*GetServiceLastAccessedDetailsWithEntitiesResponse, error) {
	query := "last access " + in.JobId + " " + in.ServiceNamespace
	page, err := s.page(query, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	r, err := s.LastAccess.Report(ctx, call.Caller.Account, in.JobId)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(r.Content.Services, func(of lastaccess.Service) bool { return of.Prefix == in.ServiceNamespace }) {
		return nil, invalid("Service namespace %s is not in the report %s.", in.ServiceNamespace, in.JobId)
	}
	details := make(map[string]EntityDetails, len(r.Content.Entities))
	for i, e := range r.Content.Entities {
		details[e.ARN] = EntityDetails{EntityInfo: &EntityInfo{
			Arn: e.ARN, Name: e.Name, Type: strings.ToUpper(string(e.Kind)), Id: e.ID, Path: wire.Optional(e.Path),
		}}
		for _, u := range r.Content.Uses {
			if d := details[e.ARN]; u.By == i && u.Service == in.ServiceNamespace && (d.LastAuthenticated == nil || u.At.After(*d.LastAuthenticated)) {
				d.LastAuthenticated = new(u.At)
				details[e.ARN] = d
			}
		}
	}
	entities, after := cut(r.Content.Entities, page, func(e lastaccess.Entity) string { return e.ARN })
	out := &GetServiceLastAccessedDetailsWithEntitiesResponse{
		JobStatus: completed, JobCreationDate: r.Created, JobCompletionDate: r.Created,
		EntityDetailsList: wire.Each(entities, func(e lastaccess.Entity) EntityDetails { return details[e.ARN] }),
	}
	out.IsTruncated, out.Marker, err = s.more(query, after)
	return out, err
}

// ListPoliciesGrantingServiceAccess lists the policies by which a user, group
// or role may use services.
func (s *Service) ListPoliciesGrantingServiceAccess(ctx context.Context, call *wire.Call, in *ListPoliciesGrantingServiceAccessRequest) (*ListPoliciesGrantingServiceAccessResponse, error) {
	all, err := s.LastAccess.PoliciesGranting(ctx, call.Caller.Account, in.Arn, in.ServiceNamespaces)
	if err != nil {
		return nil, err
	}
	return &ListPoliciesGrantingServiceAccessResponse{
		IsTruncated: new(false),
		PoliciesGrantingServiceAccess: wire.Each(all, func(g lastaccess.Granting) ListPoliciesGrantingServiceAccessEntry {
			return ListPoliciesGrantingServiceAccessEntry{ServiceNamespace: new(g.Service), Policies: wire.Each(g.Policies, granting)}
		}),
	}, nil
}

// granting is a policy; only of an inline one AWS says whose it is.
func granting(d iam.NamedDocument) PolicyGrantingServiceAccess {
	if d.ARN != "" {
		return PolicyGrantingServiceAccess{PolicyName: d.Name, PolicyType: "MANAGED", PolicyArn: new(d.ARN)}
	}
	return PolicyGrantingServiceAccess{
		PolicyName: d.Name, PolicyType: "INLINE", EntityType: new(strings.ToUpper(string(d.Holder.Kind))), EntityName: new(d.Holder.Name),
	}
}

// lastUsed tells when roles, by id, last did anything.
func (s *Service) lastUsed(ctx context.Context, ids ...string) (func(id string) *RoleLastUsed, error) {
	last, err := s.LastAccess.LastUsed(ctx, ids)
	return func(id string) *RoleLastUsed {
		a, found := last[id]
		if !found {
			return &RoleLastUsed{}
		}
		return &RoleLastUsed{LastUsedDate: new(a.At), Region: wire.Optional(a.Region)}
	}, err
}

// GenerateOrganizationsAccessReport finds out what service control policies
// allow at a place of the organization, and what of that accounts last used.
func (s *Service) GenerateOrganizationsAccessReport(ctx context.Context, call *wire.Call, in *GenerateOrganizationsAccessReportRequest) (*GenerateOrganizationsAccessReportResponse, error) {
	id, err := s.LastAccess.GenerateForOrganization(ctx, call.Caller.Account, in.EntityPath, wire.Given(in.OrganizationsPolicyId))
	return &GenerateOrganizationsAccessReportResponse{JobId: &id}, err
}

// GetOrganizationsAccessReport reads such a report.
func (s *Service) GetOrganizationsAccessReport(ctx context.Context, call *wire.Call, in *GetOrganizationsAccessReportRequest) (*GetOrganizationsAccessReportResponse, error) {
	query := "access report " + in.JobId + " " + wire.Given(in.SortKey)
	page, err := s.page(query, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	r, err := s.LastAccess.OrganizationReport(ctx, call.Caller.Account, in.JobId)
	if err != nil {
		return nil, err
	}
	uses := r.Content.UsesOf()
	all := wire.Each(r.Content.Services, func(of lastaccess.Service) AccessDetail { return accessDetail(&r, of, uses[of.Prefix]) })
	unused := 0
	for _, d := range all {
		if d.LastAuthenticatedTime == nil {
			unused++
		}
	}
	out := &GetOrganizationsAccessReportResponse{
		JobStatus: completed, JobCreationDate: r.Created, JobCompletionDate: new(r.Created),
		NumberOfServicesAccessible: new(int64(len(all))), NumberOfServicesNotAccessed: new(int64(unused)),
	}
	slices.SortStableFunc(all, accessOrders[wire.Given(in.SortKey)])
	from := 0
	if page.After != "" {
		if from, err = strconv.Atoi(page.After); err != nil {
			return nil, validation("Invalid Marker.", err)
		}
	}
	to, after := min(from+page.Limit, len(all)), ""
	if to < len(all) {
		after = strconv.Itoa(to)
	}
	out.AccessDetails = all[min(from, to):to]
	out.IsTruncated, out.Marker, err = s.more(query, after)
	return out, err
}

func accessDetail(r *lastaccess.Report, of lastaccess.Service, uses []lastaccess.Use) AccessDetail {
	last := r.Content.LastOf(uses, "")
	d := AccessDetail{ServiceName: serviceName(of.Prefix), ServiceNamespace: of.Prefix, TotalAuthenticatedEntities: new(int64(last.Entities))}
	if last.Use != nil {
		d.LastAuthenticatedTime, d.EntityPath, d.Region = new(last.Use.At), new(last.By.Path), wire.Optional(last.Use.Region)
	}
	return d
}

// accessOrders are the orders of access reports. What was never used is before
// everything else in time.
var accessOrders = map[string]func(a, b AccessDetail) int{
	"":                                   func(AccessDetail, AccessDetail) int { return 0 },
	"SERVICE_NAMESPACE_ASCENDING":        func(AccessDetail, AccessDetail) int { return 0 },
	"SERVICE_NAMESPACE_DESCENDING":       func(a, b AccessDetail) int { return strings.Compare(b.ServiceNamespace, a.ServiceNamespace) },
	"LAST_AUTHENTICATED_TIME_ASCENDING":  earlier,
	"LAST_AUTHENTICATED_TIME_DESCENDING": func(a, b AccessDetail) int { return earlier(b, a) },
}

func earlier(a, b AccessDetail) int {
	var at, bt time.Time
	if a.LastAuthenticatedTime != nil {
		at = *a.LastAuthenticatedTime
	}
	if b.LastAuthenticatedTime != nil {
		bt = *b.LastAuthenticatedTime
	}
	return at.Compare(bt)
}

func (s *Service) lastAccessAuthorizations() map[string]wire.Authorization {
	return map[string]wire.Authorization{
		"GenerateServiceLastAccessedDetails": at("GenerateServiceLastAccessedDetails", func(_ *wire.Call, in *GenerateServiceLastAccessedDetailsRequest) (string, map[string][]string) {
			return in.Arn, nil
		}),
		"GenerateOrganizationsAccessReport": at("GenerateOrganizationsAccessReport", func(call *wire.Call, in *GenerateOrganizationsAccessReportRequest) (string, map[string][]string) {
			keys := map[string][]string{}
			if in.OrganizationsPolicyId != nil {
				keys["iam:OrganizationsPolicyId"] = []string{*in.OrganizationsPolicyId}
			}
			return arn.IAM(call.Caller.Account, "access-report/"+in.EntityPath), keys
		}),
		"ListPoliciesGrantingServiceAccess": at("ListPoliciesGrantingServiceAccess", func(_ *wire.Call, in *ListPoliciesGrantingServiceAccessRequest) (string, map[string][]string) {
			return in.Arn, nil
		}),
	}
}

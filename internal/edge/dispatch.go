package edge

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"foyer/internal/sigv4"
	"foyer/internal/wire"
)

// routes find the service that a request is for, as AWS's edges do: by host
// name, credential scope, X-Amz-Target, Query parameters, and path, in this
// order.
type routes struct {
	all      []*wire.API
	byHost   map[string]*wire.API // first label(s) of AWS's host names
	bySigner map[string][]*wire.API
	byTarget map[string]*wire.API
	byPath   map[string]*wire.API // of REST services
}

// targetAliases are further forms of X-Amz-Target's prefix that clients send.
var targetAliases = map[string]string{"CloudTrail_20131101": "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"}

func newRoutes(apis []*wire.API) *routes {
	r := &routes{all: apis, byHost: map[string]*wire.API{}, bySigner: map[string][]*wire.API{}, byTarget: map[string]*wire.API{}, byPath: map[string]*wire.API{}}
	for _, api := range apis {
		r.byHost[api.EndpointPrefix] = api
		r.bySigner[api.SigningName] = append(r.bySigner[api.SigningName], api)
		if api.TargetPrefix != "" {
			r.byTarget[api.TargetPrefix] = api
		}
		if api.Protocol != wire.RESTJSON {
			continue
		}
		for _, op := range api.Operations {
			if r.byPath[op.Path] == nil {
				r.byPath[op.Path] = api
			}
		}
	}
	for alias, prefix := range targetAliases {
		if api := r.byTarget[prefix]; api != nil {
			r.byTarget[alias] = api
		}
	}
	return r
}

// find returns the service of a request; nil when it is no API call at all.
func (r *routes) find(req *http.Request, signed *sigv4.Signature, form url.Values) *wire.API {
	if api, _ := r.host(req.Host); api != nil {
		return api
	}
	if signed != nil {
		if api := r.signer(signed.Service, req); api != nil {
			return api
		}
	}
	if prefix, _, ok := cutLast(req.Header.Get("X-Amz-Target"), '.'); ok {
		if api := r.byTarget[prefix]; api != nil {
			return api
		}
	}
	if form.Has("Action") {
		for _, api := range r.all {
			if api.Protocol == wire.Query && (api.Version == form.Get("Version") || api.Operations[form.Get("Action")] != nil && !form.Has("Version")) {
				return api
			}
		}
	}
	return r.path(req)
}

// globalRegion is where AWS's names without a Region lead.
const globalRegion = "us-east-1"

// regionName is the form of a Region's name.
var regionName = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]+$`)

// host recognises AWS-style names: oidc.us-east-1.amazonaws.com,
// portal.sso.us-east-1.api.aws, iam.amazonaws.com, sts-fips.…. It returns the
// Region for which calls to that name have to be signed; "" when any will do.
func (r *routes) host(host string) (api *wire.API, region string) {
	name, _, _ := strings.Cut(strings.ToLower(host), ":")
	whole, ok := strings.CutSuffix(name, ".amazonaws.com")
	if !ok {
		if whole, ok = strings.CutSuffix(name, ".api.aws"); !ok {
			return nil, ""
		}
	}
	for prefix := whole; prefix != ""; prefix, _, _ = cutLast(prefix, '.') {
		api = r.byHost[strings.Replace(prefix, "-fips", "", 1)]
		if api == nil {
			continue
		}
		switch rest := strings.TrimPrefix(whole[len(prefix):], "."); {
		case rest == "" || rest == "global":
			return api, globalRegion
		case regionName.MatchString(rest):
			return api, rest
		default:
			return api, ""
		}
	}
	return nil, ""
}

// signer finds a service by its signing name. Two services share one: then the
// target or the path decides.
func (r *routes) signer(name string, req *http.Request) *wire.API {
	candidates := r.bySigner[name]
	if len(candidates) == 1 {
		return candidates[0]
	}
	return nil
}

// path finds the REST service that has a request's path.
func (r *routes) path(req *http.Request) *wire.API { return r.byPath[req.URL.Path] }

func cutLast(text string, sep byte) (before, after string, found bool) {
	i := strings.LastIndexByte(text, sep)
	if i < 0 {
		return "", "", false
	}
	return text[:i], text[i+1:], true
}

// operation finds the operation of a request; nil when the service has none of
// that name or path.
func operation(api *wire.API, req *http.Request, query, form url.Values) (op *wire.Operation, name string) {
	switch api.Protocol {
	case wire.Query:
		name = form.Get("Action")
	case wire.RESTJSON:
		op, _ = wire.Match(api, req.Method, req.URL.Path, query)
		return op, req.Method + " " + req.URL.Path
	default:
		_, name, _ = cutLast(req.Header.Get("X-Amz-Target"), '.')
	}
	return api.Operations[name], name
}

// unknownOperation is the answer to a name that the contract does not have.
func unknownOperation(api *wire.API, name string, form url.Values) *wire.Error {
	switch api.Protocol {
	case wire.Query:
		if name == "" {
			return &wire.Error{Code: "MissingAction", Message: "The request must contain the parameter Action.", Status: http.StatusBadRequest}
		}
		return &wire.Error{Code: "InvalidAction", Message: "Could not find operation " + name + " for version " + form.Get("Version"), Status: http.StatusBadRequest}
	case wire.RESTJSON:
		return &wire.Error{Code: "MethodNotAllowedException", Message: "There is no operation " + name + ".", Status: http.StatusMethodNotAllowed}
	default:
		return &wire.Error{Code: "UnknownOperationException", Message: "There is no operation " + name + " in " + api.ServiceID + ".", Status: http.StatusBadRequest}
	}
}

package foyer

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"foyer/internal/fault"
	"foyer/internal/organizations"
	"foyer/internal/provisioning"
	"foyer/internal/quota"
	"foyer/internal/wire"
)

// AWS's throttles, for those who rehearse against them.
const (
	callsPerSecond     = 20 // of all callers of the Identity Center API together
	pendingAssignments = 10 // that are being created or deleted at a time
)

// throttle answers calls as AWS does when they are too many; nil lets all pass.
func throttle(c Config, now func() time.Time) func(*wire.Call) error {
	if !c.AWSThrottles {
		return nil
	}
	bucket := rate.NewLimiter(callsPerSecond, callsPerSecond)
	return func(call *wire.Call) error {
		if call.API.Name == "sso-admin" && !bucket.AllowN(now(), 1) {
			return fault.Newf(fault.Throttled, "Rate exceeded")
		}
		return nil
	}
}

// pace is how many assignments may be on their way at a time.
func pace(c Config) provisioning.Pace {
	if !c.AWSThrottles {
		return provisioning.Pace{}
	}
	return provisioning.Pace{Pending: pendingAssignments, OneAtATime: true}
}

// organizationQuotas are the quotas of an organization, by their names.
func organizationQuotas(l *organizations.Limits) map[string]*int {
	return map[string]*int{"accounts": &l.Accounts, "organizational-units": &l.Units, "organization-policies": &l.Policies}
}

// parseQuotas reads name=number and name=unlimited into the quotas of Identity
// Center, of IAM, and of organizations.
func parseQuotas(lines []string, quotas *quota.Quotas, ofIAM *quota.IAM, limits *organizations.Limits) error {
	var mistakes []error
	for _, line := range lines {
		name, text, _ := strings.Cut(strings.TrimSpace(line), "=")
		value, err := strconv.Atoi(text)
		unlimited := text == "unlimited"
		if !unlimited && (err != nil || value < 1 || value > math.MaxInt32) {
			mistakes = append(mistakes, fmt.Errorf("quota %q: want name=number, from 1 on, or name=unlimited", line))
			continue
		}
		if field := organizationQuotas(limits)[name]; field != nil {
			if unlimited {
				value = math.MaxInt32
			}
			*field = value
			continue
		}
		if unlimited {
			value = quota.Unlimited
		}
		if err := quotas.Set(name, value); err != nil && ofIAM.Set(name, value) != nil {
			mistakes = append(mistakes, fmt.Errorf("quota %q: %w", line, err))
		}
	}
	return errors.Join(mistakes...)
}

package foyer

import (
	"context"
	"encoding/json"
	"fmt"

	"foyer/internal/audit"
	"foyer/internal/fault"
	"foyer/internal/mfa"
	"foyer/internal/signin"
	"foyer/internal/sqlstore"
)

// directorySource is the event source of devices, as CloudTrail names it.
const directorySource = "sso-directory.amazonaws.com"

// furnishMFA wires what asks people for more than a password.
func (r *rooms) furnishMFA(c Config, portal string) {
	r.mfa = &mfa.Service{
		InTx: sqlstore.Through(r.db, func(tx *sqlstore.Tx) mfa.Tx { return tx }),
		View: sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) mfa.Tx { return tx }),
		Unit: r.db.Unit, Mint: r.mint, Now: r.now, Ring: r.ring, SignIns: r.signin, UserByID: r.userByID, StoreID: r.storeID,
		Initial: c.MFA, Record: r.recordMFA, Organization: r.organizationName, Portal: portal,
	}
}

// knownUser finds a person by id who has to be there.
func (r *rooms) knownUser(ctx context.Context, id string) (signin.User, error) {
	user, known, err := r.userByID(ctx, id)
	if err == nil && !known {
		err = fault.Newf(fault.NotFound, "USER not found.")
	}
	return user, err
}

// recordMFA writes into the audit log what a person did about their devices. What
// an administrator does is an API call, which has an event already.
func (r *rooms) recordMFA(ctx context.Context, e mfa.Event) error {
	if e.Administrator {
		return nil
	}
	i, err := r.instance.Instance(ctx)
	if err != nil {
		return err
	}
	about := map[string]string{"userId": e.User.ID, "mfaDeviceType": string(e.Device.Kind)}
	if e.Device.ID != "" {
		about["deviceId"], about["deviceName"] = e.Device.ID, e.Device.Name
	}
	parameters, err := json.Marshal(about)
	if err != nil {
		return fmt.Errorf("details of %s: %w", e.Name, err)
	}
	event := audit.Event{
		UserIdentity: person(i.Owner, i.IdentityStoreARN(), e.User.ID, e.User.UserName, e.Session),
		EventTime:    audit.Moment(e.Time), EventSource: directorySource, EventName: e.Name, AWSRegion: i.Region,
		UserAgent: e.UserAgent, EventType: audit.ServiceEvent, RecipientAccountID: i.Owner, RequestParameters: parameters,
	}
	if e.SourceIP.IsValid() {
		event.SourceIPAddress = e.SourceIP.String()
	}
	return r.recorder.RecordIn(ctx, event)
}

package saml

import (
	"slices"
	"time"

	"github.com/beevik/etree"
)

// readAssertion takes the values out of a verified assertion element.
func readAssertion(el *etree.Element) (*Assertion, error) {
	a := &Assertion{ID: el.SelectAttrValue("ID", ""), Attributes: map[string][]string{}}
	issuer, err := only(el, nsAssertion, "Issuer")
	if err != nil {
		return nil, err
	}
	a.Issuer = text(issuer)
	if err := a.readSubject(el); err != nil {
		return nil, err
	}
	for _, statement := range children(el, nsAssertion, "AuthnStatement") {
		if end := statement.SelectAttrValue("SessionNotOnOrAfter", ""); end != "" {
			if a.SessionEnd, err = moment(end); err != nil {
				return nil, err
			}
		}
	}
	for _, statement := range children(el, nsAssertion, "AttributeStatement") {
		for _, attribute := range children(statement, nsAssertion, "Attribute") {
			if err := a.readAttribute(attribute); err != nil {
				return nil, err
			}
		}
	}
	return a, nil
}

func (a *Assertion) readSubject(el *etree.Element) error {
	subject, err := only(el, nsAssertion, "Subject")
	if err != nil {
		return err
	}
	name, err := only(subject, nsAssertion, "NameID")
	if err != nil {
		return err
	}
	a.Subject, a.SubjectFormat = text(name), name.SelectAttrValue("Format", "")
	confirmation, err := only(subject, nsAssertion, "SubjectConfirmation")
	if err != nil {
		return err
	}
	if method := confirmation.SelectAttrValue("Method", ""); method != methodBearer {
		return invalid("The subject must be confirmed as bearer, not as %q.", method)
	}
	data, err := only(confirmation, nsAssertion, "SubjectConfirmationData")
	if err != nil {
		return err
	}
	a.Recipient, a.InResponseTo = data.SelectAttrValue("Recipient", ""), data.SelectAttrValue("InResponseTo", "")
	a.NotOnOrAfter, err = moment(data.SelectAttrValue("NotOnOrAfter", ""))
	return err
}

func (a *Assertion) readAttribute(el *etree.Element) error {
	name := el.SelectAttrValue("Name", "")
	if _, twice := a.Attributes[name]; twice {
		return invalid("The attribute %q stands twice.", name)
	}
	values := []string{}
	for _, v := range children(el, nsAssertion, "AttributeValue") {
		if len(v.ChildElements()) > 0 {
			return invalid("The attribute %q has a structured value.", name)
		}
		values = append(values, text(v))
	}
	a.Attributes[name] = values
	return nil
}

// check holds the assertion to trust: who made it, for whom, and when.
func (a *Assertion) check(el *etree.Element, trust Trust, now time.Time) error {
	if a.Issuer != trust.Issuer {
		return invalid("Issuer mismatch: the assertion is issued by %q.", a.Issuer)
	}
	if a.Subject == "" {
		return invalid("The assertion names no subject.")
	}
	if !slices.Contains(trust.Recipients, a.Recipient) {
		return invalid("Recipient mismatch: the assertion is meant for %q.", a.Recipient)
	}
	conditions, err := only(el, nsAssertion, "Conditions")
	if err != nil {
		return err
	}
	if err := a.checkAudience(conditions, trust.Audiences); err != nil {
		return err
	}
	return a.checkTime(conditions, trust.Skew, now)
}

func (a *Assertion) checkAudience(conditions *etree.Element, wanted []string) error {
	restrictions := children(conditions, nsAssertion, "AudienceRestriction")
	if len(restrictions) == 0 {
		return invalid("Audience mismatch: the assertion is not restricted to an audience.")
	}
	for _, restriction := range restrictions { // every restriction must be met: SAML core, 2.5.1.4
		met := false
		for _, audience := range children(restriction, nsAssertion, "Audience") {
			a.Audiences = append(a.Audiences, text(audience))
			met = met || slices.Contains(wanted, text(audience))
		}
		if !met {
			return invalid("Audience mismatch: the assertion is meant for %q.", a.Audiences)
		}
	}
	return nil
}

func (a *Assertion) checkTime(conditions *etree.Element, skew time.Duration, now time.Time) error {
	if text := conditions.SelectAttrValue("NotBefore", ""); text != "" {
		from, err := moment(text)
		if err != nil {
			return err
		}
		if now.Add(skew).Before(from) {
			return invalid("The assertion is not valid before %s.", text)
		}
	}
	if text := conditions.SelectAttrValue("NotOnOrAfter", ""); text != "" {
		until, err := moment(text)
		if err != nil {
			return err
		}
		if until.Before(a.NotOnOrAfter) {
			a.NotOnOrAfter = until
		}
	}
	if !now.Add(-skew).Before(a.NotOnOrAfter) {
		return &Expired{invalid("Token must be redeemed within 5 minutes of issuance")}
	}
	return nil
}

// moment reads an xs:dateTime in UTC, as SAML core section 1.3.3 demands.
func moment(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, invalid("%q is not a moment in UTC.", text)
	}
	return t.UTC(), nil
}

package sqlstore

import (
	"strings"
	"testing"
	"time"
)

// A page of a listing must cost what is on it, however many accounts,
// handshakes or policies there are: each goes along an index, and sorts nothing.
func TestListingsOfOrganizationsGoAlongAnIndex(t *testing.T) {
	db, err := OpenMemory(t.Context(), t.Name(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for name, tt := range map[string]struct {
		query, index string
		args         []any
	}{
		"accounts":       {accountQuery + "WHERE a.organization = ? AND a.id > ? ORDER BY a.id LIMIT ?", "account_organization", []any{"o", "1", 20}},
		"accounts under": {accountQuery + "WHERE a.parent = ? AND a.id > ? ORDER BY a.id LIMIT ?", "account_parent", []any{"r", "1", 20}},
		"units":          {unitQuery + "parent = ? AND id > ? ORDER BY id LIMIT ?", "organization_unit_parent", []any{"r", "1", 20}},
		"handshakes":     {handshakeQuery + "h.organization = ? AND h.id > ? ORDER BY h.id LIMIT ?", "organization_handshake_organization", []any{"o", "h", 20}},
		"handshakes for": {handshakeQuery + "h.account = ? AND h.id > ? ORDER BY h.id LIMIT ?", "organization_handshake_account", []any{"1", "h", 20}},
		"policies":       {"SELECT id FROM organization_policy WHERE organization = ? AND type = ? AND id > ? ORDER BY id LIMIT ?", "organization_policy_type", []any{"o", "T", "p", 20}},
		"creations":      {creationQuery + "id > ? ORDER BY id LIMIT ?", "sqlite_autoindex_account_creation_1", []any{"o", "c", 20}},
	} {
		t.Run(name, func(t *testing.T) {
			err := db.View(t.Context(), func(tx *Tx) error {
				steps, err := rows(t.Context(), tx, func(row scanner) (string, error) {
					var (
						id, parent, unused int
						detail             string
					)
					err := row.Scan(&id, &parent, &unused, &detail)
					return detail, err
				}, "EXPLAIN QUERY PLAN "+tt.query, tt.args...)
				plan := strings.Join(steps, "; ")
				if !strings.Contains(plan, "INDEX "+tt.index) || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "SCAN") {
					t.Errorf("the plan is %s", plan)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

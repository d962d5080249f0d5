package iamapi_test

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"foyer/internal/iam"
	"foyer/internal/quota"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
)

const manyRoles = 10_000

// filled is a house with ten thousand roles, each with a managed and an inline policy.
func filled(b *testing.B, db *sqlstore.DB) *house {
	b.Helper()
	h := &house{db: db}
	h.furnish(b)
	h.IAM.Quotas = quota.IAM{Roles: quota.Unlimited}
	err := db.Unit(b.Context(), func(ctx context.Context) error {
		for i := range manyRoles {
			role, err := h.IAM.CreateRole(ctx, iam.NewRole{
				Account: account, Name: fmt.Sprintf("role-%05d", i), Path: "/team/", TrustPolicy: byEC2, Description: "one of many",
				Tags: []iam.Tag{{Key: "team", Value: "red"}},
			})
			if err != nil {
				return err
			}
			if err := h.IAM.AttachPolicy(ctx, role.Ref(), admin); err != nil {
				return err
			}
			if err := h.IAM.PutInlinePolicy(ctx, role.Ref(), "own", anyone); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return h
}

var markers = regexp.MustCompile(`<Marker>(.+)</Marker>`)

// BenchmarkTenThousandRoles lists all of ten thousand roles, page by page, from
// the form to the XML.
func BenchmarkTenThousandRoles(b *testing.B) {
	b.Cleanup(storetest.Stop)
	for name, open := range map[string]func() (*sqlstore.DB, error){
		"sqlite": func() (*sqlstore.DB, error) { return sqlstore.OpenFile(b.Context(), b.TempDir(), time.Now) },
		"postgres": func() (*sqlstore.DB, error) {
			return sqlstore.OpenPostgres(b.Context(), storetest.Postgres(b), time.Now)
		},
	} {
		db, err := open()
		if err != nil {
			b.Fatal(err)
		}
		h := filled(b, db)
		for _, operation := range []string{"ListRoles", "GetAccountAuthorizationDetails"} {
			for _, size := range []int{100, 1000} {
				b.Run(fmt.Sprintf("%s/%s/pages-of-%d", name, operation, size), func(b *testing.B) {
					b.ReportAllocs()
					pages := 0
					for b.Loop() {
						pages = h.list(b, operation, size)
					}
					b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*pages), "µs/page")
				})
			}
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// list reads all pages and answers how many they were.
func (h *house) list(b *testing.B, operation string, size int) (pages int) {
	b.Helper()
	for marker, roles := "", 0; ; pages++ {
		form := url.Values{"MaxItems": {fmt.Sprint(size)}}
		if marker != "" {
			form.Set("Marker", marker)
		}
		body, failure := h.call(b, operation, form.Encode())
		if failure != nil {
			b.Fatal(failure)
		}
		roles += strings.Count(body, "<RoleId>")
		found := markers.FindStringSubmatch(body)
		if found == nil {
			if roles != manyRoles {
				b.Fatalf("%d roles", roles)
			}
			return pages + 1
		}
		marker = found[1]
	}
}

package browser

import (
	"testing"

	"foyer/internal/arn"
	"foyer/internal/federation"
)

func reached(id arn.AccountID, name, email string, roles ...string) federation.Reached {
	return federation.Reached{Account: federation.Account{ID: id, Name: name, Email: email}, Roles: roles}
}

var some = []federation.Reached{
	reached("111122223333", "Shop Production", "shop@a.example", "ReadOnlyAccess", "AdministratorAccess"),
	reached("444455556666", "shop Test", "test@a.example", "ReadOnlyAccess"),
	reached("777788889999", "Data", "data@b.example", "DataReader", "DataWriter", "DataOwner", "DataAuditor"),
}

func TestFind(t *testing.T) {
	for query, want := range map[string]string{
		"":                            "111122223333 444455556666 777788889999",
		"  SHOP ":                     "111122223333 444455556666",
		"test shop":                   "444455556666",
		"5555":                        "444455556666",
		"1111-2222-3333":              "111122223333",
		"-":                           "",
		"b.example":                   "777788889999",
		"administrator":               "111122223333 for AdministratorAccess",
		"shop readonly admin":         "111122223333 for ReadOnlyAccess, AdministratorAccess",
		"readonly readonlyacc":        "111122223333 for ReadOnlyAccess 444455556666 for ReadOnlyAccess",
		"data":                        "777788889999",
		"ata dataR":                   "777788889999 for DataReader",
		"example\n":                   "111122223333 444455556666 777788889999",
		"reader writer owner auditor": "777788889999 for DataReader, DataWriter, DataOwner and 1 more",
		"<b>":                         "",
	} {
		got := ""
		for _, m := range find(some, query) {
			if got += " " + string(m.ID); m.roles != "" {
				got += " for " + m.roles
			}
		}
		if len(got) > 0 {
			got = got[1:]
		}
		if got != want {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
}

func TestFavouritesComeFirst(t *testing.T) {
	got := ""
	for _, m := range favouritesFirst(find(some, ""), []arn.AccountID{"777788889999", "444455556666", "000000000000"}) {
		got += m.Name + ","
	}
	if want := "shop Test,Data,Shop Production,"; got != want {
		t.Errorf("the order is %s, want %s", got, want)
	}
}

func TestPageWithTheOpenAccount(t *testing.T) {
	found := make([]match, 2*accountsPage+1)
	for i := range found {
		found[i].ID = arn.AccountID(grouped(i))
	}
	for _, c := range []struct {
		asked listView
		page  int
	}{
		{listView{}, 1}, {listView{open: "60"}, 2}, {listView{open: "60", page: 1}, 1}, {listView{page: 3}, 3}, {listView{page: 99}, 3}, {listView{open: "none"}, 1},
	} {
		if got := c.asked.within(found); got.page != c.page {
			t.Errorf("%+v shows page %d, want %d", c.asked, got.page, c.page)
		}
	}
	if got := (listView{page: 7}).within(nil); got.page != 1 {
		t.Errorf("of nothing page %d shows", got.page)
	}
	if got := (listView{}).within(found[:1]); got.open != "0" {
		t.Errorf("the only account is not open")
	}
}

func TestCount(t *testing.T) {
	for _, c := range []struct {
		found, all int
		searched   bool
		want       string
	}{
		{5000, 5000, false, "5,000 accounts"}, {1, 1, false, "1 account"}, {0, 12, true, "No account matches"},
		{1, 12, true, "1 of 12 accounts matches"}, {1234567, 7654321, true, "1,234,567 of 7,654,321 accounts match"}, {1, 1, true, "1 of 1 account matches"},
	} {
		if got := count(c.found, c.all, c.searched); got != c.want {
			t.Errorf("count %+v is %q", c, got)
		}
	}
}

// Package company makes up a company to fill an installation with: who works
// there, in which groups, which accounts it has, and who has which permission
// set where. It is a function of its size alone: the same company each time.
//
// Companies of different sizes are alike for one person: as many groups, and
// about as many assignments, so that what a person waits for can be compared.
package company

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Size says how much of everything there is.
type Size struct {
	Name        string
	Users       int
	Groups      int // the first has every user in it
	Memberships int // a multiple of Users
	Accounts    int // beside the management account
	Units       int // organizational units that accounts are in; a tenth as many hold these
	Sets        int // permission sets
	Assignments int
}

// The sizes: a hundredth, a tenth, and the whole of a large company.
var (
	Small  = Size{"small", 1_000, 100, 10_000, 100, 5, 10, 2_000}
	Medium = Size{"medium", 10_000, 1_000, 100_000, 1_000, 50, 100, 20_000}
	Large  = Size{"large", 100_000, 10_000, 1_000_000, 10_000, 500, 1_000, 200_000}
)

// Sizes are all of them, smallest first.
func Sizes() []Size { return []Size{Small, Medium, Large} }

// Named finds a size.
func Named(name string) (Size, error) {
	for _, s := range Sizes() {
		if s.Name == name {
			return s, nil
		}
	}
	return Size{}, fmt.Errorf("size %q: want small, medium or large", name)
}

// hash is 16 bytes that look random and are a function of kind and number.
func hash(kind string, n int) [16]byte {
	sum := sha256.Sum256([]byte(kind + " " + strconv.Itoa(n)))
	return [16]byte(sum[:16])
}

// number is a number that looks random, from 0 to below.
func number(kind string, n, below int) int {
	h := hash(kind, n)
	return int(binary.BigEndian.Uint64(h[:8]) % uint64(below)) //nolint:gosec // below is positive, the result smaller
}

// UUID is the version 4 UUID of the nth thing of a kind.
func UUID(kind string, n int) string {
	b := hash(kind, n)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

var (
	given = strings.Fields(`Ada Ben Chitra Dario Elif Farah Goran Hana Ines Jonas Kofi Lena Mateo Nadia Olu Priya Quentin Rosa Sven Tara
		Umar Vera Wim Ximena Yusuf Zoe Aiko Bram Carla Dewi Emil Fatou Gita Hugo Ilse Jamal Keiko Luca Mira Noor`)
	family = strings.Fields(`Okafor Lindqvist Rao Conti Demir Haddad Novak Sato Costa Berger Mensah Fischer Ruiz Petrov Adeyemi Nair Leroy
		Moreno Larsen Singh Farouk Kovacs Visser Torres Aydin Weber Tanaka Peeters Romano Putri`)
	departments = []string{"Engineering", "Data", "Finance", "Security", "Support", "Operations", "Legal", "Research", "Sales", "People"}
	titles      = []string{"Engineer", "Analyst", "Manager", "Architect", "Specialist", "Lead", "Director", "Trainee"}
	stages      = []string{"dev", "test", "stage", "prod", "sandbox"}
	jobs        = []string{"Reader", "Operator", "Builder", "Auditor", "Owner"}
)

// User is a person.
type User struct {
	UserName, Given, Family, Email, Department, Title string
}

// User returns the nth user, counted from 0.
func (s Size) User(n int) User {
	u := User{
		Given: given[n%len(given)], Family: family[n/len(given)%len(family)],
		Department: departments[number("department", n, len(departments))], Title: titles[number("title", n, len(titles))],
	}
	u.UserName = fmt.Sprintf("%s.%s.%d", strings.ToLower(u.Given), strings.ToLower(u.Family), n)
	u.Email = u.UserName + "@foyer.example"
	return u
}

// Group returns the name and the description of the nth group.
func (s Size) Group(n int) (name, description string) {
	if n == 0 {
		return "Everyone", "All who work here"
	}
	department, job := departments[n%len(departments)], jobs[n/len(departments)%len(jobs)]
	return fmt.Sprintf("%s %ss %d", department, job, n), "The " + strings.ToLower(job) + "s of a team in " + department
}

// GroupsOf are the groups that the nth user is in, the first group among them.
func (s Size) GroupsOf(n int) []int {
	groups := make([]int, s.Memberships/s.Users)
	others := s.Groups - 1
	first, step := number("first group", n, others), 1+number("group step", n, others/len(groups))
	for i := 1; i < len(groups); i++ {
		groups[i] = 1 + (first+i*step)%others
	}
	return groups
}

// Account returns name and mailbox of the nth account, and the unit it is in.
func (s Size) Account(n int) (name, email string, unit int) {
	name = fmt.Sprintf("%s %s %d", departments[n/len(stages)%len(departments)], stages[n%len(stages)], n)
	return name, fmt.Sprintf("account-%d@foyer.example", n), n % s.Units
}

// AccountID is the nth account's twelve digits. They are in no order.
func (s Size) AccountID(n int) string {
	const prime, below = 7_368_787, 100_000_000 // n*prime differs for every n below 100,000,000
	return fmt.Sprintf("4444%08d", n*prime%below)
}

// Unit returns the name of the nth organizational unit.
func (s Size) Unit(n int) string { return fmt.Sprintf("Team %d", n) }

// UnitsAbove is how many units hold the others.
func (s Size) UnitsAbove() int { return max(s.Units/10, 1) }

// Set is a permission set.
type Set struct {
	Name, Description, Duration string
	Managed                     string // ARN
	Inline                      string // "" for none
}

var managed = []string{"ReadOnlyAccess", "SecurityAudit", "PowerUserAccess", "job-function/ViewOnlyAccess", "AmazonS3ReadOnlyAccess", "AmazonEC2ReadOnlyAccess"}

// Set returns the nth permission set. Every third has an inline policy.
func (s Size) Set(n int) Set {
	department, job := departments[n%len(departments)], jobs[n/len(departments)%len(jobs)]
	set := Set{
		Name: fmt.Sprintf("%s%s-%d", department, job, n), Description: "What a " + strings.ToLower(job) + " of " + department + " may do",
		Duration: fmt.Sprintf("PT%dH", 1+n%12), Managed: "arn:aws:iam::aws:policy/" + managed[n%len(managed)],
	}
	if n%3 == 0 {
		set.Inline = fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Sid":"Team%d","Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],`+
			`"Resource":["arn:aws:s3:::team-%d","arn:aws:s3:::team-%d/*"]}]}`, n, n, n)
	}
	return set
}

// Assignment gives a group, or every tenth time a user, a set in an account;
// all are numbers of things.
type Assignment struct {
	Account, Set int
	User         bool
	Principal    int
}

// Assignment returns the nth assignment. No two are equal.
func (s Size) Assignment(n int) Assignment {
	everyTenth := n / 10
	a := Assignment{User: n%10 == 9, Principal: everyTenth % s.Users}
	round := everyTenth / s.Users
	if !a.User {
		nth := n - everyTenth
		a.Principal, round = nth%s.Groups, nth/s.Groups
	}
	kind := "group's place"
	if a.User {
		kind = "user's place"
	}
	places := s.Accounts * s.Sets
	place := (number(kind, a.Principal, places) + round*(s.Accounts+1)) % places // Accounts+1 shares no factor with places
	a.Account, a.Set = place%s.Accounts, place/s.Accounts
	return a
}

// Stream is bytes that look random and are the same each time.
type Stream struct {
	block [16]byte
	left  []byte
	n     int
}

// Read implements io.Reader and never fails.
func (s *Stream) Read(to []byte) (int, error) {
	for n := 0; n < len(to); {
		if len(s.left) == 0 {
			s.block = hash("stream", s.n)
			s.left, s.n = s.block[:], s.n+1
		}
		took := copy(to[n:], s.left)
		s.left, n = s.left[took:], n+took
	}
	return len(to), nil
}

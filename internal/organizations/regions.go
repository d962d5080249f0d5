package organizations

import "slices"

// Region is an AWS Region as an account has it.
type Region struct {
	Name  string
	OptIn bool // disabled until the account enables it; else enabled for ever
}

// Regions are the Regions that a new account has, by name. Nothing enables the
// others: no operation of Foyer's contracts does.
func Regions() []Region { return slices.Clone(regions) }

var regions = []Region{
	{"af-south-1", true}, {"ap-east-1", true}, {"ap-east-2", true},
	{"ap-northeast-1", false}, {"ap-northeast-2", false}, {"ap-northeast-3", false},
	{"ap-south-1", false}, {"ap-south-2", true},
	{"ap-southeast-1", false}, {"ap-southeast-2", false}, {"ap-southeast-3", true}, {"ap-southeast-4", true},
	{"ap-southeast-5", true}, {"ap-southeast-6", true}, {"ap-southeast-7", true},
	{"ca-central-1", false}, {"ca-west-1", true},
	{"eu-central-1", false}, {"eu-central-2", true}, {"eu-north-1", false}, {"eu-south-1", true}, {"eu-south-2", true},
	{"eu-west-1", false}, {"eu-west-2", false}, {"eu-west-3", false},
	{"il-central-1", true}, {"me-central-1", true}, {"me-south-1", true}, {"mx-central-1", true},
	{"sa-east-1", false}, {"us-east-1", false}, {"us-east-2", false}, {"us-west-1", false}, {"us-west-2", false},
}

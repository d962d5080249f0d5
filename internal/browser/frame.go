package browser

import "foyer/internal/session"

// place is an entry of the navigation.
type place struct{ Name, Path string }

// places are what the navigation of the signed-in pages leads to, in its order.
// A page that belongs there adds itself here and names its path in [inFrame].
var places = []place{
	{"Accounts", portalPath},
	{"Applications", applicationsPath},
	{"Profile", profilePath},
	{"Security", devicesPath},
	{"Sessions", sessionsPath},
}

// portalPath is where the portal's home is.
const portalPath = "/start"

// frame is what stands around every page of somebody who is signed in: pages
// embed it, and their templates open with "frame" and close with "end". Without
// places it is the bare frame of pages that come before the sign-in.
type frame struct {
	UserName string
	Here     string // path of the place that the page belongs to
	Places   []place
}

// inFrame is the frame of a page of a session that belongs to the place at here.
func inFrame(s session.Session, here string) frame {
	return frame{UserName: s.UserName, Here: here, Places: places}
}

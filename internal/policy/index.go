package policy

import "slices"

// index finds those of a policy's statements of one effect that can be about an
// action, by the action's service.
type index struct {
	groups []group     // by service, in the order of byLength
	every  []candidate // can be about any service
}

type group struct {
	service    string
	candidates []candidate
}

// candidate is a statement, and what it says of one service's actions; nil where
// its whole element must be asked.
type candidate struct {
	statement *statement
	actions   *serviceActions
}

// indexOf makes the index of statements, which must not move any more.
func indexOf(statements []statement) index {
	var x index
	for i := range statements {
		s := &statements[i]
		if s.notAction || s.actions.all || len(s.actions.any) > 0 {
			x.every = append(x.every, candidate{s, nil})
			continue
		}
		for j := range s.actions.services {
			x.add(candidate{s, &s.actions.services[j]})
		}
	}
	slices.SortFunc(x.groups, func(a, b group) int { return byLength(a.service, b.service) })
	return x
}

func (x *index) add(c candidate) {
	service := c.actions.service
	i, found := slices.BinarySearchFunc(x.groups, service, func(g group, service string) int { return byLength(g.service, service) })
	if !found {
		x.groups = slices.Insert(x.groups, i, group{service: service})
	}
	x.groups[i].candidates = append(x.groups[i].candidates, c)
}

// of returns the candidates of a service alone.
func (x *index) of(service []byte) []candidate {
	groups := x.groups
	low, high := 0, len(groups)
	for low < high {
		mid := int(uint(low+high) >> 1)
		switch c := compareBytes(groups[mid].service, service); {
		case c == 0:
			return groups[mid].candidates
		case c < 0:
			low = mid + 1
		default:
			high = mid
		}
	}
	return nil
}

// walk goes through the candidates for one action in the order of the document.
type walk struct{ some, every []candidate }

func (x *index) walk(service []byte) walk { return walk{x.of(service), x.every} }

// next returns the next candidate, or one without a statement.
func (w *walk) next() (c candidate) {
	switch {
	case len(w.some) > 0 && (len(w.every) == 0 || w.some[0].statement.index < w.every[0].statement.index):
		c, w.some = w.some[0], w.some[1:]
	case len(w.every) > 0:
		c, w.every = w.every[0], w.every[1:]
	}
	return c
}

package policygrant

import "foyer/internal/fault"

// budget bounds the work of one check.
type budget struct{ left int }

const (
	maxWork    = 100_000_000 // steps of patterns: about a second
	costOfGlob = 16          // of them
	costOfByte = 2           // of them: a place in a pattern, with every text that leads there
)

// ErrTooComplex refuses policies that would take too long to check.
var ErrTooComplex = fault.Newf(fault.Invalid, "The policy is too complex to be checked.")

func (b *budget) spend(n int) { b.left -= n }

func (b *budget) spent() bool { return b.left < 0 }

func (b *budget) err() error {
	if b.spent() {
		return ErrTooComplex
	}
	return nil
}

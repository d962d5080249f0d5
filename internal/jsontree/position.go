package jsontree

import (
	"strings"
	"unicode/utf8"
)

// Position is a place in a text, as people count: from one. A column is a
// character.
type Position struct{ Line, Column int }

// PositionOf returns where byte offset of text stands. Lines end as JSON's
// white space can: with LF, CR LF or CR.
func PositionOf(text string, offset int) Position {
	before := text[:min(offset, len(text))]
	p := Position{Line: 1}
	for {
		end := strings.IndexAny(before, "\r\n")
		if end < 0 {
			break
		}
		if before[end] == '\r' && end+1 < len(before) && before[end+1] == '\n' {
			end++
		}
		before = before[end+1:]
		p.Line++
	}
	p.Column = utf8.RuneCountInString(before) + 1
	return p
}

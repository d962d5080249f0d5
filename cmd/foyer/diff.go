package main

import (
	"bytes"
	"encoding/json"
	"strings"
)

// maxDiffed bounds the lines that are compared one by one.
const maxDiffed = 2000

// lines are the lines of a text; a JSON document is spread out first.
func lines(text string) []string {
	if text == "" {
		return nil
	}
	var spread bytes.Buffer
	if strings.HasPrefix(text, "{") && json.Indent(&spread, []byte(text), "", "  ") == nil {
		text = spread.String()
	}
	return strings.Split(text, "\n")
}

// diffLines writes b as a change of a: lines of both begin with a blank, lines
// of a alone with -, of b alone with +.
func diffLines(a, b []string) (out []string) {
	if len(a) > maxDiffed || len(b) > maxDiffed {
		return append(marked("-", a), marked("+", b)...)
	}
	common := make([][]int, len(a)+1) // common[i][j]: of a from i on and b from j on
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			out = append(out, " "+a[i])
			i, j = i+1, j+1
		case common[i+1][j] >= common[i][j+1]:
			out = append(out, "-"+a[i])
			i++
		default:
			out = append(out, "+"+b[j])
			j++
		}
	}
	return append(append(out, marked("-", a[i:])...), marked("+", b[j:])...)
}

func marked(mark string, all []string) []string {
	out := make([]string, len(all))
	for i, line := range all {
		out[i] = mark + line
	}
	return out
}

package signin

import (
	_ "embed" // for the list
	"strings"

	"foyer/internal/fault"
)

// commonWords are the words that common passwords are made of, one a line, each
// between line ends. They come from the list of 30,000 passwords of zxcvbn 4.4.2
// (Dan Wheeler and Dropbox, MIT licence), taken through coreOf.
//
//go:embed common.txt
var commonWords string

// decoration is how many characters around a common word make it no better.
const decoration = 6

// checkCommon returns an Invalid fault for a password that is a common word with
// the usual letters replaced and the usual characters around it: P@ssw0rd1!
func checkCommon(password string) error {
	core := coreOf(password)
	if len(core) >= 4 && len(password)-len(core) <= decoration && strings.Contains("\n"+commonWords, "\n"+core+"\n") {
		return fault.Newf(fault.Invalid, "The password is one of those that everybody uses, or nearly. Choose another.")
	}
	return nil
}

// letters undoes what people replace letters by.
var letters = strings.NewReplacer("@", "a", "4", "a", "3", "e", "1", "i", "!", "i", "0", "o", "$", "s", "5", "s", "7", "t", "+", "t")

// coreOf is the word that a password is made of.
func coreOf(password string) string {
	word := strings.TrimFunc(strings.ToLower(password), func(r rune) bool { return r < 'a' || r > 'z' })
	return letters.Replace(word)
}

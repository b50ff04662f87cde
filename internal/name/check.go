package name

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"
)

// checkLength checks the bounds of a display form. MaxBytes needs no check of its own.
func checkLength(display string) error {
	switch {
	case display == "":
		return &Error{Reason: Empty}
	case utf8.RuneCountInString(display) > MaxCharacters:
		return &Error{Reason: TooLong}
	}
	return nil
}

// checkMapped checks a name that has gone through the profile's mapping, its emoji folded.
func checkMapped(mapped string) error {
	if err := checkRunes(mapped); err != nil {
		return err
	}
	if first, _ := utf8.DecodeRuneInString(mapped); unicode.Is(unicode.M, first) {
		return &Error{Reason: LoneMark, Rune: first}
	}
	if !hasVisible(mapped) {
		return &Error{Reason: Empty}
	}
	return checkScripts(mapped)
}

// checkRunes finds characters that no name may hold, with or without the profile. Whether
// joiners may stand where they do is left to the profile.
func checkRunes(s string) error {
	for _, r := range s {
		if reason := refusal(r); reason != 0 {
			return &Error{Reason: reason, Rune: r}
		}
	}
	return nil
}

// refusal says why a character may not be in a name, or 0 if it may.
func refusal(r rune) Reason {
	switch {
	case r == utf8.RuneError:
		return Broken
	case unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp):
		return Control
	case unicode.Is(unicode.Bidi_Control, r):
		return Reordering
	case isIgnorable(r) && !isJoiner(r):
		return Invisible
	}
	return 0
}

// isIgnorable tells whether r is a Default_Ignorable_Code_Point, that is, whether it shows
// nothing by itself (DerivedCoreProperties.txt, by the rule stated there). Go's tables have
// the parts of that rule, not its result.
func isIgnorable(r rune) bool {
	switch {
	case unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r), unicode.Is(unicode.Variation_Selector, r):
		return true
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return false
	case 0xFFF9 <= r && r <= 0xFFFB, 0x13430 <= r && r <= 0x13455:
		// Interlinear annotation and Egyptian hieroglyph format controls: format
		// characters that are not ignorable. The profile refuses them anyway.
		return false
	}
	return unicode.Is(unicode.Cf, r)
}

// blankBraille is the one symbol that looks like a space without being one.
const blankBraille = '\u2800'

// hasVisible tells whether there is anything to see in a name.
func hasVisible(display string) bool {
	for _, r := range display {
		if r != blankBraille && unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) {
			return true
		}
	}
	return false
}

// explain finds the character for which nickname refused a name.
func explain(plain string) error {
	mapped := norm.NFKC.String(plain)
	if err := checkRunes(mapped); err != nil {
		return err
	}
	if r := misplaced(mapped); r != 0 {
		return &Error{Reason: Invisible, Rune: r}
	}
	allowed := precis.Nickname.Allowed()
	visible := false
	for _, r := range mapped {
		if !isSpace(r) && !isJoiner(r) && !allowed.Contains(r) {
			return &Error{Reason: Unusable, Rune: r}
		}
		visible = visible || !isSpace(r)
	}
	if !visible {
		return &Error{Reason: Empty}
	}
	if i := strings.IndexFunc(mapped, isJoiner); i >= 0 {
		r, _ := utf8.DecodeRuneInString(mapped[i:])
		return &Error{Reason: Invisible, Rune: r}
	}
	return &Error{Reason: Unusable}
}

// misplaced returns the joiner without which the name would pass, or 0 if it is not for one.
func misplaced(mapped string) rune {
	for _, r := range []rune{nonJoiner, joiner} {
		rest := strings.ReplaceAll(mapped, string(r), "")
		if _, err := nickname(rest); err == nil && rest != mapped {
			return r
		}
	}
	return 0
}

package name

import (
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

// checkDisplay checks a name that has gone through the profile's mapping.
func checkDisplay(display string) error {
	if err := checkLength(display); err != nil {
		return err
	}
	if err := checkRunes(display); err != nil {
		return err
	}
	if first, _ := utf8.DecodeRuneInString(display); unicode.Is(unicode.M, first) {
		return &Error{Reason: LoneMark, Rune: first}
	}
	if !hasVisible(display) {
		return &Error{Reason: Empty}
	}
	return checkScripts(display)
}

// checkRunes finds characters that no name may hold, with or without the profile.
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
	case isIgnorable(r):
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

// explain finds the character for which the profile refused raw.
func explain(raw string) error {
	mapped := norm.NFKC.String(raw)
	if err := checkRunes(mapped); err != nil {
		return err
	}
	allowed := precis.Nickname.Allowed()
	visible := false
	for _, r := range mapped {
		if !isSpace(r) && !allowed.Contains(r) {
			return &Error{Reason: Unusable, Rune: r}
		}
		visible = visible || !isSpace(r)
	}
	if !visible {
		return &Error{Reason: Empty}
	}
	return &Error{Reason: Unusable}
}

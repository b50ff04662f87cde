package name

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
)

// Bounds of a name after the profile's mapping.
const (
	// MaxCharacters is how many code points a name may have.
	MaxCharacters = 64
	// MaxBytes is how many bytes its UTF-8 form may take: what so many characters can need.
	MaxBytes = MaxCharacters * utf8.UTFMax
)

// Name is a checked name. The zero Name is no name; only [Parse] makes others. Names are
// compared by their keys.
type Name struct {
	display, key string
}

// Display returns the name as its owner wrote it, spaces tidied.
func (n Name) Display() string { return n.display }

// Key returns the form by which names are compared and found.
func (n Name) Key() string { return n.key }

// Parse checks raw and returns the name it stands for. Every error is an [*Error].
//
// A name of printable ASCII without needless spaces is returned without copying: the Name
// then shares raw's memory.
func Parse(raw string) (Name, error) {
	if display, ok := tidyASCII(raw); ok {
		if err := checkLength(display); err != nil {
			return Name{}, err
		}
		return Name{display: display, key: strings.ToLower(display)}, nil
	}
	display, err := enforce(raw)
	if err != nil {
		return Name{}, err
	}
	key, ok := compareKey(display)
	if !ok {
		return Name{}, &Error{Reason: Unusable}
	}
	return Name{display: display, key: key}, nil
}

// enforce applies the Nickname profile and this package's own rules to a name that is not
// plain ASCII, and returns the display form.
func enforce(raw string) (string, error) {
	if !utf8.ValidString(raw) {
		return "", &Error{Reason: Broken, Rune: utf8.RuneError}
	}
	raw, ok := shorten(raw)
	if !ok {
		return "", &Error{Reason: TooLong}
	}
	plain, emoji := fold(raw)
	if err := checkRunes(plain); err != nil {
		return "", err
	}
	mapped, err := nickname(plain)
	if err != nil {
		return "", explain(plain)
	}
	// RFC 8266, section 2.1: refuse what does not become stable.
	if again, err := nickname(mapped); err != nil || again != mapped {
		return "", &Error{Reason: Unusable}
	}
	display := unfold(mapped, emoji)
	if err := checkLength(display); err != nil {
		return "", err
	}
	return display, checkMapped(mapped)
}

var errJoinerAtEnd = errors.New("a joiner at the end")

// nickname applies the Nickname profile, and refuses a joiner at the end of the name, which
// the profile lets pass after a virama: it would join nothing.
func nickname(plain string) (string, error) {
	mapped, err := precis.Nickname.String(plain)
	if last, _ := utf8.DecodeLastRuneInString(mapped); err == nil && isJoiner(last) {
		return "", errJoinerAtEnd
	}
	return mapped, err
}

// maxRaw bounds the work on a name before its mapping, in bytes. A character that the
// mapping makes of others is made of at most four, of four bytes each, so whatever is
// longer once its spaces are collapsed is too long in any case.
const maxRaw = MaxCharacters * 4 * utf8.UTFMax

// shorten collapses the spaces of a raw name that is very long, and reports whether the
// name may still be short enough.
func shorten(raw string) (string, bool) {
	if len(raw) <= maxRaw {
		return raw, true
	}
	raw = strings.Join(strings.FieldsFunc(raw, isSpace), " ")
	return raw, len(raw) <= maxRaw
}

func isSpace(r rune) bool { return unicode.Is(unicode.Zs, r) }

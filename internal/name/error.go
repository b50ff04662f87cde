package name

import "fmt"

// Reason says why a name was refused. The set is closed.
type Reason int

// The reasons for refusing a name.
const (
	// Empty: nothing visible is left of it.
	Empty Reason = iota + 1
	// TooLong: more than MaxCharacters characters.
	TooLong
	// Broken: it is not valid UTF-8, or holds the replacement character.
	Broken
	// Control: it holds a control character, a tab or a line break.
	Control
	// Invisible: it holds a character that shows nothing, where no script or emoji needs it.
	Invisible
	// Reordering: it holds a character that changes the direction of text.
	Reordering
	// LoneMark: it starts with a mark that belongs on the character before it.
	LoneMark
	// MixedScripts: its letters are of scripts that nobody writes together.
	MixedScripts
	// Unusable: it holds a character that the Nickname profile does not allow.
	Unusable
)

// Error tells why a name was refused.
type Error struct {
	// Reason is always set.
	Reason Reason
	// Rune is the character that was the cause, if there was one.
	Rune rune
	// Scripts are the two scripts that do not go together, for MixedScripts.
	Scripts [2]string
}

// Error says what is wrong and what to do, for the person who chose the name.
func (e *Error) Error() string { return e.About("name") }

// About says what [Error.Error] says of something else than a name, such as a "room name".
func (e *Error) About(what string) string {
	switch e.Reason {
	case Empty:
		return fmt.Sprintf("A %s needs at least one visible character", what)
	case TooLong:
		return fmt.Sprintf("A %s may have at most %d characters: choose a shorter one", what, MaxCharacters)
	case Broken:
		return fmt.Sprintf("This %s holds a broken character: type it again", what)
	case Control:
		return fmt.Sprintf("A %s cannot hold control characters, tabs or line breaks: remove %U", what, e.Rune)
	case Invisible:
		if isJoiner(e.Rune) || e.Rune == emojiStyle {
			return fmt.Sprintf("A %s can hold the invisible %U only where a script or an emoji needs it: remove it", what, e.Rune)
		}
		return fmt.Sprintf("A %s cannot hold invisible characters: remove %U", what, e.Rune)
	case Reordering:
		return fmt.Sprintf("A %s cannot hold characters that change the direction of text: remove %U", what, e.Rune)
	case LoneMark:
		return fmt.Sprintf("A %s cannot start with a combining mark: put a letter before %U", what, e.Rune)
	case MixedScripts:
		return fmt.Sprintf("A %s cannot mix %s and %s letters: use one script", what, e.Scripts[0], e.Scripts[1])
	}
	if e.Rune != 0 {
		return fmt.Sprintf("A %s cannot hold the character %U: remove it", what, e.Rune)
	}
	return fmt.Sprintf("This %s holds characters in a combination that is not allowed: choose another one", what)
}

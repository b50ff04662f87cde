package name

import "strings"

// The characters that show nothing and that a name may hold all the same, where its script
// or an emoji needs them. None of them counts when names are compared.
const (
	nonJoiner  = '\u200C'     // keeps letters apart that would join (ZWNJ)
	joiner     = '\u200D'     // joins letters, or pictographs into one (ZWJ)
	emojiStyle = '\uFE0F'     // shows the character before it as an emoji
	firstTag   = '\U000E0000' // what ASCII characters are offset by as tags, which name a flag's region
	lastTag    = '\U000E007F'
)

// isJoiner tells the two characters that are for scripts too. The profile allows them by the
// rules of RFC 5892, appendices A.1 and A.2: after a virama, and ZWNJ between letters that
// would join.
func isJoiner(r rune) bool { return r == nonJoiner || r == joiner }

// holdsEmojiTogether tells the characters without which no emoji holds anything invisible.
func holdsEmojiTogether(r rune) bool { return r == joiner || r == emojiStyle || r == lastTag }

// visible returns a display form without the characters that show nothing.
func visible(display string) string {
	return strings.Map(func(r rune) rune {
		if isJoiner(r) || r == emojiStyle || firstTag <= r && r <= lastTag {
			return -1
		}
		return r
	}, display)
}

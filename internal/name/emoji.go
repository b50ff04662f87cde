package name

import (
	"sort"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// standIn takes the place of an emoji of several characters while the profile is applied: a
// symbol that the profile leaves as it is, and that goes with every script.
const standIn = "\u25A1"

// fold puts standIn in the place of each emoji of several characters, and returns those
// emoji in their order: to the profile, which refuses the invisible characters that hold
// them together, they are one symbol each. A standIn that was there already counts as one.
func fold(raw string) (plain string, emoji []string) {
	if strings.IndexFunc(raw, holdsEmojiTogether) < 0 {
		return raw, nil
	}
	var b strings.Builder
	for i := 0; i < len(raw); {
		r, n := utf8.DecodeRuneInString(raw[i:])
		whole := emojiAt(raw[i:])
		switch {
		case whole > n, raw[i:i+n] == standIn:
			n = max(n, whole)
			emoji = append(emoji, raw[i:i+n])
			b.WriteString(standIn)
		case whole == 0 && isPictographic(r):
			// The profile makes other characters of it (U+2122 becomes TM), which take no style.
			b.WriteRune(r)
			n += prefix(raw[i+n:], emojiStyle)
		default:
			b.WriteString(raw[i : i+n])
		}
		i += n
	}
	return b.String(), emoji
}

// unfold puts the emoji that fold took out back in.
func unfold(plain string, emoji []string) string {
	if len(emoji) == 0 {
		return plain
	}
	var b strings.Builder
	for i, text := range strings.Split(plain, standIn) {
		if i > 0 {
			b.WriteString(emoji[i-1])
		}
		b.WriteString(text)
	}
	return b.String()
}

// emojiAt returns the length in bytes of the emoji that s begins with, or 0 if it begins
// with none. An emoji is what has the form of one in UTS #51, section 1.4.9, on the base of
// the property Extended_Pictographic. That form is wider than the list of the emoji that are
// recommended for general interchange (RGI), which grows every year: what is not on a
// device's list shows as the emoji it is made of. It suffices here because the invisible
// characters do not count when names are compared.
//
// Flags of two letters hold nothing invisible and need no rule.
func emojiAt(s string) int {
	if n := keycapAt(s); n > 0 {
		return n
	}
	if n := regionFlagAt(s); n > 0 {
		return n
	}
	n := elementAt(s)
	for n > 0 {
		link := prefix(s[n:], joiner)
		next := elementAt(s[n+link:])
		if link == 0 || next == 0 {
			break
		}
		n += link + next
	}
	return n
}

// elementAt measures what joiners join: a pictograph, with a skin tone or U+FE0F or neither.
func elementAt(s string) int {
	r, n := utf8.DecodeRuneInString(s)
	if !isPictographic(r) || norm.NFKC.PropertiesString(s).Decomposition() != nil {
		return 0
	}
	if tone, m := utf8.DecodeRuneInString(s[n:]); 0x1F3FB <= tone && tone <= 0x1F3FF {
		return n + m
	}
	return n + prefix(s[n:], emojiStyle)
}

// keycapAt measures a digit, # or * as the label of a key.
func keycapAt(s string) int {
	const end = string(emojiStyle) + "\u20E3"
	if s == "" || !strings.Contains("0123456789#*", s[:1]) || !strings.HasPrefix(s[1:], end) {
		return 0
	}
	return 1 + len(end)
}

// regionFlagAt measures the flag of a part of a country, such as Scotland: a black flag and
// the region's code (two letters for the country, then one to four letters or digits) in
// tags. No other text may hide in tags.
func regionFlagAt(s string) int {
	const flag = "\U0001F3F4"
	if !strings.HasPrefix(s, flag) {
		return 0
	}
	for i, letters := len(flag), 0; letters <= 6; letters++ {
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch c := r - firstTag; {
		case r == lastTag && letters >= 3:
			return i
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9' && letters >= 2:
		default:
			return 0
		}
	}
	return 0
}

// prefix is the length of r if s begins with it, or 0.
func prefix(s string, r rune) int {
	if strings.HasPrefix(s, string(r)) {
		return utf8.RuneLen(r)
	}
	return 0
}

func isPictographic(r rune) bool {
	i := sort.Search(len(pictographic), func(i int) bool { return r <= pictographic[i][1] })
	return i < len(pictographic) && pictographic[i][0] <= r
}

// pictographic are the first and last characters of the ranges that have the property
// Extended_Pictographic, Unicode 15.0 (that of Go's own tables, which do not have it). Room
// for emoji to come is included; the profile refuses what is not assigned yet. Its data is
// copyright 1991-2022 Unicode, Inc., used under the Unicode License
// (https://www.unicode.org/license.txt).
var pictographic = [][2]rune{
	{0x00A9, 0x00A9}, {0x00AE, 0x00AE}, {0x203C, 0x203C}, {0x2049, 0x2049}, {0x2122, 0x2122},
	{0x2139, 0x2139}, {0x2194, 0x2199}, {0x21A9, 0x21AA}, {0x231A, 0x231B}, {0x2328, 0x2328},
	{0x2388, 0x2388}, {0x23CF, 0x23CF}, {0x23E9, 0x23F3}, {0x23F8, 0x23FA}, {0x24C2, 0x24C2},
	{0x25AA, 0x25AB}, {0x25B6, 0x25B6}, {0x25C0, 0x25C0}, {0x25FB, 0x25FE}, {0x2600, 0x2605},
	{0x2607, 0x2612}, {0x2614, 0x2685}, {0x2690, 0x2705}, {0x2708, 0x2712}, {0x2714, 0x2714},
	{0x2716, 0x2716}, {0x271D, 0x271D}, {0x2721, 0x2721}, {0x2728, 0x2728}, {0x2733, 0x2734},
	{0x2744, 0x2744}, {0x2747, 0x2747}, {0x274C, 0x274C}, {0x274E, 0x274E}, {0x2753, 0x2755},
	{0x2757, 0x2757}, {0x2763, 0x2767}, {0x2795, 0x2797}, {0x27A1, 0x27A1}, {0x27B0, 0x27B0},
	{0x27BF, 0x27BF}, {0x2934, 0x2935}, {0x2B05, 0x2B07}, {0x2B1B, 0x2B1C}, {0x2B50, 0x2B50},
	{0x2B55, 0x2B55}, {0x3030, 0x3030}, {0x303D, 0x303D}, {0x3297, 0x3297}, {0x3299, 0x3299},
	{0x1F000, 0x1F0FF}, {0x1F10D, 0x1F10F}, {0x1F12F, 0x1F12F}, {0x1F16C, 0x1F171}, {0x1F17E, 0x1F17F},
	{0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A}, {0x1F1AD, 0x1F1E5}, {0x1F201, 0x1F20F}, {0x1F21A, 0x1F21A},
	{0x1F22F, 0x1F22F}, {0x1F232, 0x1F23A}, {0x1F23C, 0x1F23F}, {0x1F249, 0x1F3FA}, {0x1F400, 0x1F53D},
	{0x1F546, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F774, 0x1F77F}, {0x1F7D5, 0x1F7FF}, {0x1F80C, 0x1F80F},
	{0x1F848, 0x1F84F}, {0x1F85A, 0x1F85F}, {0x1F888, 0x1F88F}, {0x1F8AE, 0x1F8FF}, {0x1F90C, 0x1F93A},
	{0x1F93C, 0x1F945}, {0x1F947, 0x1FAFF}, {0x1FC00, 0x1FFFD},
}

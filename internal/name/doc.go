// Package name decides what may be a user's or a room's name and which names are the same.
//
// A name has two forms. Its display form is what the others see: the text its owner wrote
// after the enforcement rules of the Nickname profile (RFC 8266, section 2: spaces trimmed
// and collapsed, NFKC). Its key is what names are compared and looked up by: the same with
// the comparison rules (section 2.4: case and width folded).
//
// On top of the profile, names that deceive are refused: invisible characters, those that
// reorder text, and mixtures of scripts beyond the "highly restrictive" level of UTS #39,
// section 5.2. Everything else that people call themselves is welcome. That includes the
// invisible characters that spelling needs (RFC 5892, appendices A.1 and A.2) and those that
// make one emoji of several characters (UTS #51); two names that differ in nothing else are
// one name.
//
// All functions are pure and safe for concurrent use.
package name

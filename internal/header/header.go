// Package header reads what is in the headers of HTTP.
package header

import "strings"

// HasToken tells whether the comma-separated lists in a header's lines hold a token, in any case (RFC 9110 section
// 5.6.1).
func HasToken(lines []string, token string) bool {
	for _, line := range lines {
		for item := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.Trim(item, " \t"), token) {
				return true
			}
		}
	}
	return false
}

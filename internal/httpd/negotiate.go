package httpd

import (
	"strconv"
	"strings"
)

// acceptsGzip reads Accept-Encoding (RFC 9110, section 12.5.3): gzip is welcome if it or "*"
// is listed with a weight above 0, the more exact of the two deciding.
func acceptsGzip(lines []string) bool {
	wildcard := false
	for _, line := range lines {
		for item := range strings.SplitSeq(line, ",") {
			coding, parameters, _ := strings.Cut(item, ";")
			switch strings.ToLower(strings.Trim(coding, " \t")) {
			case "gzip", "x-gzip":
				return weight(parameters) > 0
			case "*":
				wildcard = weight(parameters) > 0
			}
		}
	}
	return wildcard
}

// weight reads "q=0.5" (RFC 9110, section 12.4.2). Without a weight it is 1, and 0 if it
// cannot be read.
func weight(parameters string) float64 {
	name, value, ok := strings.Cut(strings.Trim(parameters, " \t"), "=")
	if !ok || !strings.EqualFold(name, "q") {
		return 1
	}
	q, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return 0
	}
	return q
}

// noneMatch tells whether If-None-Match names an entity tag, by weak comparison, or is "*":
// whether the client has the file already (RFC 9110, section 13.1.2).
func noneMatch(lines []string, etag string) bool {
	for _, line := range lines {
		rest := strings.Trim(line, " \t")
		if rest == "*" {
			return true
		}
		for rest != "" {
			rest = strings.TrimPrefix(strings.TrimLeft(rest, ", \t"), "W/")
			if strings.HasPrefix(rest, etag) {
				return true
			}
			// A tag may hold commas: skip from its opening quote past its closing one.
			_, rest, _ = strings.Cut(strings.TrimPrefix(rest, `"`), `"`)
		}
	}
	return false
}

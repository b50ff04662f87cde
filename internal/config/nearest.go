package config

// nearest returns the candidate that takes the fewest edits to make of word, or "" if none
// is near enough to be what was meant.
func nearest(word string, candidates []string) string {
	best, least := "", 1+len(word)/4
	for _, candidate := range candidates {
		if n := edits(word, candidate); n < least {
			best, least = candidate, n
		}
	}
	return best
}

// edits returns the Levenshtein distance of two strings, in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

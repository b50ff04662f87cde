package archtest

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestClientKeepsItsWordsTogether(t *testing.T) { report(t, jsWordsViolations(t, repository(t))) }

var (
	// jsLiteral is a string with what stands before it where that makes it a list of CSS classes.
	jsLiteral = regexp.MustCompile(`(\bclass: |\bmarkIcon\()?('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|` + "`(?:[^`\\\\]|\\\\.)*`)")
	jsHole    = regexp.MustCompile(`\$\{[^}]*\}`)

	// jsSentence tells text for people from names for programs: it begins with a capital, has two words, or typographic
	// signs; # stands for a value. A single word in lower case can be either, and is not found.
	jsSentence = regexp.MustCompile(`(^|\W)\p{Lu}\p{Ll}|[\p{L}.,:;!?#] +\p{L}|\p{L} +#|^ \p{L}|\p{L} $|[…’“”]`)
)

// jsWordsViolations finds words for people in the page's modules outside js/words: there they are found by whoever
// translates them.
func jsWordsViolations(t *testing.T, tr *tree) []string {
	t.Helper()
	var violations []string
	for _, name := range jsFiles(t, tr) {
		if module := strings.TrimPrefix(name, clientRoot); !strings.HasPrefix(module, "js/") || path.Dir(module) == "js/words" {
			continue
		}
		code := jsCode(tr.read(t, name))
		for _, at := range jsLiteral.FindAllStringSubmatchIndex(code, -1) {
			isClass, literal := at[2] >= 0, code[at[4]:at[5]]
			if isClass || !slices.ContainsFunc(jsTexts(literal), jsIsForPeople) {
				continue
			}
			line := 1 + strings.Count(code[:at[4]], "\n")
			violations = append(violations, fmt.Sprintf("%s:%d: %s belongs in js/words", name, line, literal))
		}
	}
	return violations
}

func jsIsForPeople(text string) bool {
	return jsNotForPeople[text] == "" && jsSentence.MatchString(text)
}

// jsTexts is what a literal says by itself, with # for each hole of a template, and what the literals in the holes say.
func jsTexts(literal string) []string {
	text := literal[1 : len(literal)-1]
	if literal[0] != '`' {
		return []string{text}
	}
	texts := []string{jsHole.ReplaceAllString(text, "#")}
	for _, hole := range jsHole.FindAllString(text, -1) {
		for _, inner := range jsLiteral.FindAllStringSubmatch(hole, -1) {
			texts = append(texts, jsTexts(inner[2])...)
		}
	}
	return texts
}

package name

import (
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode"
)

// checkScripts refuses a name above the "highly restrictive" level of UTS #39, section 5.2:
// its characters must all be of one script, or of one of three sets that are written
// together. Characters common to all scripts (digits, punctuation, emoji) go with any.
func checkScripts(display string) error {
	table := scripts()
	single := everyScript()
	covered := make([]bool, len(table.together))
	for i := range covered {
		covered[i] = true
	}
	var seen []rune
	for _, r := range display {
		set, ok := table.of(r)
		if !ok {
			continue
		}
		seen = append(seen, r)
		single = single.and(set)
		for i, together := range table.together {
			covered[i] = covered[i] && !set.and(together).empty()
		}
	}
	if !single.empty() || slices.Contains(covered, true) {
		return nil
	}
	return table.mixture(seen)
}

// scriptSet is a set of scripts, one bit each.
type scriptSet [3]uint64

func everyScript() scriptSet {
	return scriptSet{^uint64(0), ^uint64(0), ^uint64(0)}
}

func (s scriptSet) and(o scriptSet) scriptSet {
	return scriptSet{s[0] & o[0], s[1] & o[1], s[2] & o[2]}
}

func (s scriptSet) empty() bool { return s == scriptSet{} }

func (s *scriptSet) add(i int) { s[i/64] |= 1 << (i % 64) }

func (s scriptSet) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

// extension is a range of characters and the scripts they are used with.
type extension struct {
	lo, hi  rune
	scripts string
}

// scriptRange is a range of characters with the same set of scripts.
type scriptRange struct {
	lo, hi rune
	set    scriptSet
}

// scriptTable answers which scripts a character belongs to.
type scriptTable struct {
	names    []string
	extended []scriptRange
	plain    []scriptRange
	together []scriptSet
}

// scripts returns the table, which is built at its first use and never changes.
var scripts = sync.OnceValue(newScriptTable)

func newScriptTable() *scriptTable {
	t := &scriptTable{}
	for name := range unicode.Scripts {
		if name != "Common" && name != "Inherited" {
			t.names = append(t.names, name)
		}
	}
	sort.Strings(t.names)
	for _, e := range scriptExtensions {
		t.extended = append(t.extended, scriptRange{e.lo, e.hi, t.set(e.scripts)})
	}
	for _, name := range t.names {
		t.addScript(name)
	}
	slices.SortFunc(t.plain, func(a, b scriptRange) int { return int(a.lo - b.lo) })
	for _, set := range []string{
		"Latin Han Hiragana Katakana",
		"Latin Han Bopomofo",
		"Latin Han Hangul",
	} {
		t.together = append(t.together, t.set(set))
	}
	return t
}

// set returns the set of the scripts named in a list with spaces between them.
func (t *scriptTable) set(names string) scriptSet {
	var set scriptSet
	for name := range strings.FieldsSeq(names) {
		i, ok := slices.BinarySearch(t.names, name)
		if !ok {
			panic("name: no script " + name)
		}
		set.add(i)
	}
	return set
}

// addScript adds the ranges of one script in Go's tables.
func (t *scriptTable) addScript(name string) {
	set := t.set(name)
	add := func(lo, hi, stride rune) {
		if stride == 1 {
			t.plain = append(t.plain, scriptRange{lo, hi, set})
			return
		}
		for r := lo; r <= hi; r += stride {
			t.plain = append(t.plain, scriptRange{r, r, set})
		}
	}
	for _, r := range unicode.Scripts[name].R16 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	for _, r := range unicode.Scripts[name].R32 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
}

// of returns the scripts of a character, and false if it goes with all of them.
func (t *scriptTable) of(r rune) (scriptSet, bool) {
	if set, ok := find(t.extended, r); ok {
		return set, true
	}
	return find(t.plain, r)
}

func find(ranges []scriptRange, r rune) (scriptSet, bool) {
	i := sort.Search(len(ranges), func(i int) bool { return r <= ranges[i].hi })
	if i < len(ranges) && ranges[i].lo <= r {
		return ranges[i].set, true
	}
	return scriptSet{}, false
}

// mixture makes the error for characters that do not go together: it names the scripts of
// the first two that are written with no script in common.
func (t *scriptTable) mixture(seen []rune) error {
	for i, b := range seen {
		setB, _ := t.of(b)
		for _, a := range seen[:i] {
			setA, _ := t.of(a)
			if setA.and(setB).empty() && !t.written(setA, setB) {
				return &Error{Reason: MixedScripts, Rune: b, Scripts: [2]string{t.first(setA), t.first(setB)}}
			}
		}
	}
	return &Error{Reason: Unusable}
}

// written tells whether two scripts are written together.
func (t *scriptTable) written(a, b scriptSet) bool {
	return slices.ContainsFunc(t.together, func(set scriptSet) bool {
		return !set.and(a).empty() && !set.and(b).empty()
	})
}

// first returns the readable name of one script of a set.
func (t *scriptTable) first(set scriptSet) string {
	for i, name := range t.names {
		if set.has(i) {
			return strings.ReplaceAll(name, "_", " ")
		}
	}
	return "unknown"
}

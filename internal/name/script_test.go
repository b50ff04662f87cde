package name

import (
	"slices"
	"testing"
	"unicode"
)

func TestScriptTableAgreesWithUnicode(t *testing.T) {
	table := scripts()
	if len(table.names) > 64*len(scriptSet{}) {
		t.Fatalf("%d scripts do not fit into a scriptSet", len(table.names))
	}
	for i, name := range table.names {
		for r := rune(0); r <= unicode.MaxRune; r += 61 {
			set, ok := find(table.plain, r)
			if (ok && set.has(i)) != unicode.Is(unicode.Scripts[name], r) {
				t.Fatalf("%U and script %s: the table says %v", r, name, ok)
			}
		}
	}
}

func TestScriptRangesAreSortedAndApart(t *testing.T) {
	for name, ranges := range map[string][]scriptRange{"plain": scripts().plain, "extended": scripts().extended} {
		apart := slices.IsSortedFunc(ranges, func(a, b scriptRange) int { return int(a.hi - b.lo) })
		if !apart || len(ranges) == 0 {
			t.Errorf("the %s ranges overlap or are out of order", name)
		}
	}
}

// Every character that names may not hold for showing nothing is one that Unicode calls
// Default_Ignorable_Code_Point. The sample is from DerivedCoreProperties.txt, version 15.0.
func TestIgnorable(t *testing.T) {
	for _, r := range []rune{0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x180B, 0x180F, 0x200B, 0x200F, 0x202A, 0x2060, 0x2065, 0x206F, 0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0, 0x1BCA0, 0x1D173, 0xE0000, 0xE0FFF} {
		if !isIgnorable(r) {
			t.Errorf("%U is not taken for ignorable", r)
		}
	}
	for _, r := range []rune{' ', 'a', 0x600, 0x6DD, 0x70F, 0x8E2, 0x110BD, 0xFFF9, 0xFFFB, 0x13430, 0x13440, 0x1343F, 0x2800, 0x300, 0x1F98A} {
		if isIgnorable(r) {
			t.Errorf("%U is taken for ignorable", r)
		}
	}
}

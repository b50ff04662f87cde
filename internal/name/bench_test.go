package name

import "testing"

func TestHotPathsDoNotAllocate(t *testing.T) {
	rooms := map[string]int{"ana maria": 1}
	key, raw := make([]byte, 0, MaxBytes), []byte("  ANA Maria")
	for what, do := range map[string]func(){
		"Parse of a tidy lower-case name": func() { _, _ = Parse("ana maria") },
		"Key of a lower-case name":        func() { _, _ = Key("ana maria") },
		"a map lookup by AppendKey": func() {
			key, ok := AppendKey(key[:0], raw)
			if !ok || rooms[string(key)] != 1 {
				t.Fatal("not found")
			}
		},
	} {
		if n := testing.AllocsPerRun(100, do); n != 0 {
			t.Errorf("%s allocates %v times", what, n)
		}
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = Key("ANA") }); n > 1 {
		t.Errorf("Key of an upper-case name allocates %v times, want the key alone", n)
	}
}

func BenchmarkAppendKey(b *testing.B) {
	for what, raw := range map[string][]byte{"ascii": []byte("Ana Maria"), "accents": []byte("José"), "emoji": []byte("🦊 Лиса")} {
		b.Run(what, func(b *testing.B) {
			b.ReportAllocs()
			dst := make([]byte, 0, MaxBytes)
			for b.Loop() {
				dst, _ = AppendKey(dst[:0], raw)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for what, raw := range map[string]string{"ascii": "Ana Maria", "accents": "José", "japanese": "山田エミ子さん"} {
		b.Run(what, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = Parse(raw)
			}
		})
	}
}

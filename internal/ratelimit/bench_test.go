package ratelimit

import "testing"

func BenchmarkAdmitKnown(b *testing.B) {
	g := NewGate(Limits{Connections: 1 << 30, GroupConnections: 1 << 30, HandshakeRate: 1e9, HandshakeBurst: 1 << 30})
	b.ReportAllocs()
	for b.Loop() {
		place, _ := g.Admit(somebody(1))
		place.Leave()
	}
}

// Everybody comes from an address of their own.
func BenchmarkAdmitFlood(b *testing.B) {
	g := NewGate(Limits{Connections: 1 << 30, GroupConnections: 1 << 30, HandshakeRate: 1, HandshakeBurst: 100})
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		place, _ := g.Admit(somebody(n))
		place.Leave()
	}
}

func BenchmarkTake(b *testing.B) {
	p := NewPacer(Budget{MessageRate: 50, MessageBurst: 100, ByteRate: 1 << 20, ByteBurst: 1 << 20}).Begin()
	b.ReportAllocs()
	for b.Loop() {
		p.Take(1, 200)
	}
}

package protocol

import (
	"strings"
	"testing"
)

// sdp is about as long as the offer of a data channel in a browser.
var sdp = `{"type":"offer","sdp":"v=0\r\n` + strings.Repeat(`a=candidate:1 1 udp 2122260223 192.0.2.7 51000 typ host\r\n`, 8) + `"}`

func BenchmarkDecodeOffer(b *testing.B) {
	frame := []byte(`{"type":"offer","name":"bob","offer":` + sdp + `,"call":"c1"}`)
	benchmarkDecode(b, frame)
}

func BenchmarkDecodeCandidate(b *testing.B) {
	benchmarkDecode(b, []byte(`{"type":"candidate","name":"bob","candidate":{"candidate":"candidate:1 1 udp 2122260223 192.0.2.7 51000 typ host","sdpMid":"0","sdpMLineIndex":0},"call":"c1"}`))
}

// BenchmarkDecodeManyKeys is a frame made to be slow: it must cost its length, not the square of it.
func BenchmarkDecodeManyKeys(b *testing.B) {
	var frame strings.Builder
	frame.WriteString(`{"type":"ping"`)
	for i := 0; frame.Len() < 64<<10; i++ {
		frame.WriteString(`,"` + strings.Repeat("k", 1+i%3) + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676%26)) + `":1`)
	}
	frame.WriteString("}")
	b.SetBytes(int64(frame.Len()))
	b.ReportAllocs()
	d := NewDecoder(true)
	for b.Loop() {
		d.Decode([]byte(frame.String()))
	}
}

func benchmarkDecode(b *testing.B, frame []byte) {
	d := NewDecoder(true)
	b.SetBytes(int64(len(frame)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Decode(frame); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendRelayed(b *testing.B) {
	r := Relayed{Type: Offer, From: "Ana", Payload: []byte(sdp), Call: []byte(`"c1"`)}
	dst := make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		AppendRelayed(dst, r)
	}
}

func BenchmarkAppendString(b *testing.B) {
	for name, s := range map[string]string{"ascii": "6f1c4d1e-98a5-4b7c-8a53-0f6f0b5d8c11", "greek": "Αλεξάνδρα"} {
		b.Run(name, func(b *testing.B) {
			dst := make([]byte, 0, 64)
			b.ReportAllocs()
			for b.Loop() {
				AppendString(dst, s)
			}
		})
	}
}

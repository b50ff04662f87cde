package session

import (
	"testing"

	"github.com/rs/zerolog"

	"beckon/internal/link"
)

// BenchmarkLogin is a user who comes into an empty lobby and leaves.
func BenchmarkLogin(b *testing.B) {
	for name, accept := range map[string]func(*Server, link.Conn) link.Receiver{
		"plain": (*Server).AcceptPlain, "v1": (*Server).AcceptV1,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			server := newBench(zerolog.Disabled).Server
			enter, leave := []byte(login("Ana")), []byte(`{"type":"leave"}`)
			says := accept(server, new(quietConn))
			for b.Loop() {
				says.Text(enter)
				says.Text(leave)
			}
		})
	}
}

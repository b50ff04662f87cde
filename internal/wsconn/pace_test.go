package wsconn

import (
	"bytes"
	"context"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/ratelimit"
	"beckon/internal/testkit"
)

// What is no message yet counts as well, down to the headers of empty fragments: else a client could keep a processor
// busy and be within every limit.
func TestFragmentsAreSlowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := usual()
		opts.MaxMessageBytes = 1000
		opts.Pacer = ratelimit.NewPacer(ratelimit.Budget{ByteRate: 1000, ByteBurst: 1000})
		r := newRig(t, testkit.NewListener(), opts)
		conn, err := r.at.Dial(context.Background(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		client := testkit.Handshake(t, conn)
		client.Send(testkit.RawFrame{Opcode: 1, Payload: []byte("a")})
		start, many := time.Now(), bytes.Repeat((testkit.RawFrame{}).Bytes(), 10)
		const sent = 20_000
		for range sent / len(many) {
			client.Write(many)
		}
		if took := time.Since(start); took < 15*time.Second || took > 25*time.Second {
			t.Errorf("%d bytes at 1000 per second took %v", sent, took)
		}
		conn.Close()
		r.stop(t)
	})
}

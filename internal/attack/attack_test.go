//go:build linux

package attack_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
)

var prebuilt = flag.String("server", "", "attack this binary instead of building one")

// attack is one row of the table.
type attack struct {
	name    string
	clients int            // how many attack
	each    int64          // how many bytes of heap the documented limits allow each of them
	flags   []string       // of the server, besides the defaults
	token   string         // what healthy users log in with
	secure  bool           // whether healthy users come by TLS
	within  bool           // whether a second healthy pair is in the room that is attacked
	full    label          // what counts newcomers who are refused, where the server may be so full
	perform func(s *siege) // the attack itself; what it opened is closed after it
}

// Bytes that a client can make the server hold, by the documented limits.
const (
	perRequest = 24 << 10       // a connection that is no WebSocket: its goroutine, its buffers, a head of 8 KiB
	perSocket  = 16 << 10       // a WebSocket
	perMessage = 2 * (64 << 10) // --max-message-bytes, in a buffer that grows by doubling
	perLogin   = 2 * (16 << 10) // --max-login-bytes, likewise
	perOutbox  = 1<<20 + 64<<10 // --outbox-bytes, and the message that was one too many
	perBacklog = perOutbox      // --backlog-bytes, likewise
)

// TestAttacks attacks servers, one after the other, and tells what was measured.
func TestAttacks(t *testing.T) {
	path := *prebuilt
	if path == "" {
		path = build(t)
	}
	var rows []row
	for _, a := range slices.Concat(
		floods(), slowness(), controls(), fragments(), deafness(), crowds(), logins(t), messages(), takeovers(), thefts(), absence(),
		requests(), secure(t),
	) {
		t.Run(a.name, func(t *testing.T) { rows = append(rows, a.run(t, path)) })
	}
	t.Logf("what was measured:\n%s", table(rows))
}

// row is what was measured in one attack.
type row struct {
	attack        attack
	quiet, during latencies
	newcomers     Newcomers
	heap, rss     int64 // peaks in bytes
	refusals      string
}

func table(rows []row) string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "attack\tclients\tquiet p50/p99\tattacked p50/p99/max\tratio of p99\tnewcomers (slowest)\theap\tRSS\trefused")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%d\t%s / %s\t%s / %s / %s\t%.1f\t%d (%s)\t%d MiB\t%d MiB\t%s\n",
			r.attack.name, r.attack.clients, brief(r.quiet.at(0.5)), brief(r.quiet.at(0.99)),
			brief(r.during.at(0.5)), brief(r.during.at(0.99)), brief(r.during.at(1)), r.ratio(),
			r.newcomers.In, brief(r.newcomers.Slowest), r.heap>>20, r.rss>>20, r.refusals)
	}
	w.Flush()
	return text.String()
}

func (r row) ratio() float64 { return float64(r.during.at(0.99)) / float64(max(1, r.quiet.at(0.99))) }

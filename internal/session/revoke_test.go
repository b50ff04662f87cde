package session

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/auth"
	"beckon/internal/link"
	"beckon/internal/protocol"
)

// When the TURN credentials of a user, id1, are revoked, by how its stay ends.
func TestCredentialsAreRevoked(t *testing.T) {
	const window = 15 * time.Second
	atOnce, later, never := time.Duration(0), window, time.Duration(-1)
	leave := func(_ bench, _ *fakeConn, says link.Receiver) { says.Text([]byte(`{"type":"leave"}`)) }
	closed := func(end link.End) func(bench, *fakeConn, link.Receiver) {
		return func(_ bench, _ *fakeConn, says link.Receiver) { says.Closed(end) }
	}
	dismissed := func(b bench, conn *fakeConn, says link.Receiver) {
		b.Dismiss("id1")
		says.Closed(link.End{Why: conn.why()})
	}
	lapsed := func(_ bench, conn *fakeConn, says link.Receiver) {
		time.Sleep(time.Hour)
		synctest.Wait()
		says.Closed(link.End{Why: conn.why()})
	}
	resumed := func(received string) func(bench, *fakeConn, link.Receiver) {
		return func(b bench, conn *fakeConn, says link.Receiver) {
			token := tokenIn(t, conn.take(t))
			says.Closed(cut)
			again := strings.Replace(resumeAs("Ana", token, received), "{", `{"token":"any",`, 1)
			b.openV1(t, again)
		}
	}
	for name, c := range map[string]struct {
		v1    bool
		end   func(b bench, conn *fakeConn, says link.Receiver)
		after time.Duration
	}{
		"plain, leave":           {false, leave, atOnce},
		"plain, closed":          {false, closed(link.End{Why: protocol.EndClientClosed, Code: 1000}), later},
		"plain, cut":             {false, closed(cut), later},
		"plain, name lost":       {false, closed(link.End{Why: protocol.EndNameLost}), later},
		"plain, dismissed":       {false, dismissed, atOnce},
		"plain, token lapsed":    {false, lapsed, atOnce},
		"v1, leave":              {true, leave, atOnce},
		"v1, closed":             {true, closed(link.End{Why: protocol.EndClientClosed, Code: 1000}), atOnce},
		"v1, window over":        {true, closed(cut), window},
		"v1, name lost":          {true, closed(link.End{Why: protocol.EndNameLost}), later},
		"v1, dismissed":          {true, dismissed, atOnce},
		"v1, token lapsed":       {true, lapsed, atOnce},
		"v1, resumed":            {true, resumed("0"), never},
		"v1, cannot be resumed":  {true, resumed("1000"), later},
		"v1, still there":        {true, func(bench, *fakeConn, link.Receiver) {}, never},
		"plain, still there":     {false, func(bench, *fakeConn, link.Receiver) {}, never},
		"plain, hangs up on Bob": {false, func(_ bench, _ *fakeConn, says link.Receiver) { says.Text([]byte(`{"type":"leave","name":"Bob"}`)) }, never},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newV1Bench(roomy)
				var mu sync.Mutex
				var got []string
				b.opts.Revoke = func(id string) {
					mu.Lock()
					defer mu.Unlock()
					got = append(got, id)
				}
				expect := func(when string, want bool) {
					t.Helper()
					synctest.Wait()
					mu.Lock()
					defer mu.Unlock()
					if (strings.Join(got, " ") == "id1") != want || len(got) > 1 {
						t.Errorf("%s: %q", when, got)
					}
				}
				b.opts.Tokens = tokens{"short": auth.Grant{AnyRoom: true, Expires: time.Now().Add(time.Hour)}, "any": auth.Grant{AnyRoom: true}}
				open := b.open
				if c.v1 {
					open = b.openV1
				}
				conn, says := open(t, loginWith("Ana", "", "short"))
				b.open(t, loginWith("Bob", "", "any"))
				expect("before", false)
				c.end(b, conn, says)
				expect("at the end", c.after == atOnce)
				time.Sleep(window - time.Millisecond)
				expect("before a window is over", c.after == atOnce)
				time.Sleep(time.Millisecond)
				expect("after a window", c.after != never)
			})
		})
	}
}

// However long sessions may be resumed, what was lost is not remembered for longer than a minute.
func TestCredentialsAreRevokedWithinAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newV1Bench(roomy)
		b.opts.ResumeWindow = time.Hour
		begun, took := time.Now(), time.Duration(0)
		b.opts.Revoke = func(string) { took = time.Since(begun) }
		_, says := b.open(t, login("Ana"))
		says.Closed(cut)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if took != longestGrace {
			t.Errorf("revoked after %v", took)
		}
	})
}

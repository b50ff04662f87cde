package session

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/ice"
)

// recorder is an ICESource that tells who asked, and how long they may stay.
type recorder struct{ asked []string }

func (r *recorder) Servers(user ice.User) ice.Handout {
	stay := "for ever"
	if !user.Until.IsZero() {
		stay = time.Until(user.Until).String()
	}
	r.asked = append(r.asked, strings.TrimSpace(user.ID+" "+stay+" "+user.Subject))
	return ice.Handout{List: fmt.Appendf(nil, `["%d"]`, len(r.asked)), TTL: 90*time.Second + time.Millisecond, Lapses: true, RelayOnly: true}
}

// Each login, each resumed session and each `ice` gets a list of its own, which is made for the user's id and the time
// for which the token lets the user stay.
func TestICEServersAreForOneUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, source := newV1Bench(roomy), &recorder{}
		b.opts.ICE = source
		b.opts.Tokens = tokens{
			"long": {AnyRoom: true, Expires: time.Now().Add(time.Hour)}, "longer": {AnyRoom: true, Expires: time.Now().Add(2 * time.Hour)}, "ever": {AnyRoom: true, Name: "BOB", HasName: true},
		}
		const lapses = `,"iceTtl":90,"iceTransportPolicy":"relay"`
		fresh := func(n int) string {
			return fmt.Sprintf(`{"type":"ice","iceServers":["%d"],"ttl":90,"iceTransportPolicy":"relay"}`, n)
		}
		ana, anaSays := b.openV1(t, loginWith("Ana", "", "long"))
		reply := ana.take(t)
		if !strings.Contains(reply, `"iceServers":["1"]`+lapses+`,"session"`) {
			t.Errorf("login: %s", reply)
		}
		time.Sleep(time.Minute)
		anaSays.Text([]byte(`{"type":"ice"}`))
		expect(t, ana, fresh(2))
		session := regexp.MustCompile(`"session":"([^"]+)"`).FindStringSubmatch(reply)[1]
		again := strings.Replace(resumeAs("Ana", session, "1"), "{", `{"token":"longer",`, 1)
		ana, anaSays = b.openV1(t, again)
		if reply := ana.take(t); !strings.Contains(reply, `"iceServers":["3"]`+lapses) || !strings.Contains(reply, `"resumed":true`) {
			t.Errorf("resume: %s", reply)
		}
		anaSays.Pong(ana.ping(t))
		anaSays.Text([]byte(`{"type":"ice"}`))
		expect(t, ana, fresh(4))
		bob, bobSays := b.open(t, loginWith("Bob", "den", "long"), `{"type":"ice"}`, `{"type":"leave"}`)
		if reply := bob.take(t); !strings.Contains(reply, `"iceServers":["5"]`+lapses+"}\n"+fresh(6)) {
			t.Errorf("the plain dialect: %s", reply)
		}
		bobSays.Text([]byte(loginWith("Bob", "den", "ever")))
		bobSays.Text([]byte(`{"type":"ice"}`))
		want := []string{
			"id1 1h0m0s", "id1 59m0s", "id1 1h59m0s", "id1 1h59m0s", "id2 59m0s", "id2 59m0s", "id3 for ever bob", "id3 for ever bob",
		}
		if got := strings.Join(source.asked, ", "); got != strings.Join(want, ", ") {
			t.Errorf("asked: %s", got)
		}
		b.Dismiss("id1")
		b.Dismiss("id3")
	})
}

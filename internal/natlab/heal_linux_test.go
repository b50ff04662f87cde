package natlab_test

import (
	"testing"
	"time"
)

// healed is how long a conversation may take to go on once it can.
const healed = patience

// TestConversationsHeal breaks what two who talk depend on: both go on, and each hears all that the other has said.
func TestConversationsHeal(t *testing.T) {
	t.Parallel()
	l, f := newLab(t), newFiles(t)
	l.newSiteWith(embedded, f)
	renumbered := func(h *home) { h.renumber() }
	for name, c := range map[string]struct {
		kind     kind
		mishap   func(*home)
		restarts bool // it takes a new offer
	}{
		"renumbered, direct":                {portCone, renumbered, true},
		"renumbered, through a relay":       {symmetric, renumbered, true},
		"renumbered, through a relay, TLS":  {blocked, renumbered, true},
		"down for 10 s, direct":             {portCone, downFor(10 * time.Second), true},
		"down for 10 s, through a relay":    {symmetric, downFor(10 * time.Second), true},
		"down for 60 s, direct":             {portCone, downFor(time.Minute), true},
		"down for 60 s, through a relay":    {symmetric, downFor(time.Minute), true},
		"down for 4 s, direct, just waited": {portCone, downFor(4 * time.Second), false},
	} {
		one, other := l.home(c.kind, onlyV4, 1), l.home(c.kind, onlyV4, 1)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := l.meet(t, f, name, one.hosts[0], other.hosts[0])
			before, _ := p.path(patience)
			p.goOn(patience)
			c.mishap(one)
			p.goOn(healed)
			if c.restarts {
				eventually(t, "both have another path", healed, func() bool {
					return p[0].reported("path") > 1 && p[1].reported("path") > 1
				})
			}
			after, _ := p.path(patience)
			t.Logf("by way of %s before, and of %s after it", before, after)
			if c.kind != portCone && before != after { // a cone's may be relayed now, when it is found late
				t.Error("where there is only one way it is another one")
			}
			if p[0].reported("state disconnected") == 0 {
				t.Error("it has not been interrupted")
			}
			if c.restarts && p[0].reported("offer") < 2 {
				t.Error("it went on without another offer")
			}
		})
	}
}

// downFor cuts the line for so long.
func downFor(d time.Duration) func(*home) {
	return func(h *home) {
		up := h.down()
		time.Sleep(d)
		up()
	}
}

// TestCredentialsAreRenewedInACall has two talk through a relay for longer than credentials live.
func TestCredentialsAreRenewedInACall(t *testing.T) {
	t.Parallel()
	const ttl = 10 * time.Second
	l, f := newLab(t), newFiles(t)
	l.newSiteWith(embedded, f, "--turn-credential-ttl="+ttl.String())
	one, other := l.home(symmetric, onlyV4, 1), l.home(symmetric, onlyV4, 1)
	renewing := l.meet(t, f, "a long call", one.hosts[0], other.hosts[0], func(one, other *task) {
		one.Renews, other.Renews = true, true
	})
	if path, _ := renewing.path(patience); path != pathRelay {
		t.Errorf("they talk by way of %s", path)
	}
	for end := time.Now().Add(3 * ttl); time.Now().Before(end); {
		renewing.goOn(patience)
	}
	if n := renewing[0].reported("offer"); n < 4 {
		t.Errorf("%d offers: it has not renewed what expired", n)
	}
	if n := renewing[0].reported("state disconnected"); n > 0 {
		t.Errorf("interrupted %d times", n)
	}
}

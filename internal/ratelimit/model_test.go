package ratelimit

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// The model counts in steps of virtual time. A group's handshakes and logins come back every interval steps.
const (
	step     = 100 * time.Millisecond
	interval = 5
)

// model is the simplest gate that could be right: it forgets nothing, and counts handshakes and logins as whole buckets
// of drops, interval drops for each.
type model struct {
	limits Limits
	drops  map[int]int // missing from the buckets of handshakes, by group
	logins map[int]int // likewise of logins
	open   map[int]int
	total  int
}

func (m *model) admit(group int) Reason {
	switch {
	case m.limits.Connections > 0 && m.total >= m.limits.Connections:
		return ServerConnections
	case m.limits.GroupConnections > 0 && m.open[group] >= m.limits.GroupConnections:
		return AddressConnections
	case m.limits.HandshakeRate > 0 && m.drops[group]+interval > m.limits.HandshakeBurst*interval:
		return AddressHandshakes
	}
	m.drops[group] += interval
	m.open[group]++
	m.total++
	return None
}

// login returns how many steps a login must wait.
func (m *model) login(group int) int {
	if m.limits.LoginRate == 0 {
		return 0
	}
	m.logins[group] += interval
	return max(0, m.logins[group]-m.limits.LoginBurst*interval)
}

func (m *model) release(group int) {
	m.open[group]--
	m.total--
}

func (m *model) sleep(steps int) {
	for group, missing := range m.drops {
		m.drops[group] = max(0, missing-steps)
	}
	for group, missing := range m.logins {
		m.logins[group] = max(0, missing-steps)
	}
}

type action struct {
	verb string // admit, login, release, sleep
	n    int    // of the group, of the connection, of steps
}

func drawAction(t *rapid.T) action {
	verb := rapid.SampledFrom([]string{"admit", "admit", "admit", "login", "login", "release", "sleep"}).Draw(t, "verb")
	return action{verb, rapid.IntRange(0, 6).Draw(t, "n")}
}

func TestGateAgreesWithModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		limits := Limits{
			Connections:      rapid.IntRange(0, 8).Draw(rt, "connections"),
			GroupConnections: rapid.IntRange(0, 3).Draw(rt, "group connections"),
			HandshakeBurst:   rapid.IntRange(1, 4).Draw(rt, "burst"),
			LoginBurst:       rapid.IntRange(1, 4).Draw(rt, "login burst"),
		}
		if rapid.Bool().Draw(rt, "rate limit") {
			limits.HandshakeRate = float64(time.Second) / float64(interval*step)
		}
		if rapid.Bool().Draw(rt, "login limit") {
			limits.LoginRate = float64(time.Second) / float64(interval*step)
		}
		actions := rapid.SliceOfN(rapid.Custom(drawAction), 1, 80).Draw(rt, "actions")
		var problem error
		synctest.Test(t, func(*testing.T) { problem = compare(limits, actions) })
		if problem != nil {
			rt.Fatal(problem)
		}
	})
}

type connection struct {
	group int
	place Place
}

func compare(limits Limits, actions []action) error {
	g, m := NewGate(limits), &model{limits: limits, drops: map[int]int{}, logins: map[int]int{}, open: map[int]int{}}
	var open []connection
	for i, a := range actions {
		switch a.verb {
		case "admit":
			place, reason := g.Admit(somebody(a.n))
			if want := m.admit(a.n); reason != want {
				return fmt.Errorf("action %d: group %d got %v, want %v", i, a.n, reason, want)
			}
			if reason == None {
				open = append(open, connection{a.n, place})
			}
		case "login":
			if len(open) > 0 {
				c := &open[a.n%len(open)]
				if got, want := c.place.TakeLogin(), time.Duration(m.login(c.group))*step; got != want {
					return fmt.Errorf("action %d: a login of group %d must wait %v, want %v", i, c.group, got, want)
				}
			}
		case "release":
			if len(open) > 0 {
				n := a.n % len(open)
				open[n].place.Leave()
				m.release(open[n].group)
				open = append(open[:n], open[n+1:]...)
			}
		case "sleep":
			time.Sleep(time.Duration(a.n) * step)
			m.sleep(a.n)
		}
		if err := sane(g, m); err != nil {
			return fmt.Errorf("action %d, %v: %w", i, a, err)
		}
	}
	return nil
}

// sane checks a gate's bookkeeping: nobody remembered in vain, and the idle ones in the list.
func sane(g *Gate, m *model) error {
	if g.open != m.total {
		return fmt.Errorf("%d are open, want %d", g.open, m.total)
	}
	idle := 0
	for key, member := range g.groups {
		if member.key != key {
			return fmt.Errorf("%v is filed under %v", member.key, key)
		}
		if listed := member.next != nil; listed != (member.open == 0) {
			return fmt.Errorf("%v has %d connections, in the idle list: %t", key, member.open, listed)
		}
		if member.open == 0 {
			idle++
		}
	}
	walked := 0
	for member := g.idle.root.next; member != &g.idle.root; member = member.next {
		walked++
	}
	if m.limits.HandshakeRate == 0 && m.limits.LoginRate == 0 && idle > 0 {
		return fmt.Errorf("%d groups are remembered for nothing", idle)
	}
	if idle != g.idle.len || idle != walked {
		return fmt.Errorf("%d groups are idle, the list says %d and has %d", idle, g.idle.len, walked)
	}
	return nil
}

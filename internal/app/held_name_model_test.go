package app_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"beckon/internal/frame"
	"beckon/internal/testkit"
)

// plot is what happens around a name: its holder, who answers no ping, does something once, and others ask.
type plot struct {
	dialect string
	does    string
	at      int   // when, in ms
	asks    []int // when others ask, in ms; no two things happen at the same moment
}

func drawPlot(t *rapid.T) plot {
	p := plot{dialect: rapid.SampledFrom([]string{"plain", "v1"}).Draw(t, "dialect")}
	does := []string{"nothing", "pong", "message", "leave", "close", "cut"}
	if p.dialect == "v1" {
		does = append(does, "resume")
	}
	p.does = rapid.SampledFrom(does).Draw(t, "does")
	p.at = rapid.IntRange(0, 450).Draw(t, "at")*10 + 9
	for i := range rapid.IntRange(1, 5).Draw(t, "askers") {
		p.asks = append(p.asks, rapid.IntRange(0, 450).Draw(t, "asks")*10+i)
	}
	return p
}

// answer is what an asker is told.
type answer struct {
	granted bool
	at      int
}

// expect says what the askers must be told, in the order of time. Of those who wait for the same moment any one may get
// the name: it comes first.
func (p plot) expect() []answer {
	const nobody, dead, lost, alive = "nobody", "dead", "lost", "alive"
	var (
		answers []answer
		holder  = dead
		waiting int // askers
		begun   int // of the probe, if there is one
		probed  bool
		settled = -1 << 30
	)
	tell := func(at int, free bool) {
		for ; waiting > 0; waiting-- {
			answers = append(answers, answer{free, at})
			if free {
				holder, free = alive, false
			}
		}
	}
	settle := func(at int, then string) {
		holder, settled, probed = then, at, false
		tell(at, then == nobody)
	}
	due := func(now int) {
		if limit := int(nameProbe / time.Millisecond); probed && begun+limit <= now {
			settle(begun+limit, nobody)
		}
	}
	acts := func() {
		gone := map[string]string{"leave": nobody, "close": nobody, "cut": nobody, "resume": alive}
		if p.dialect == "v1" {
			gone["cut"] = lost
		}
		switch then, ends := gone[p.does]; {
		case holder != dead:
		case ends:
			settle(p.at, then)
		case p.does != "nothing" && probed:
			settle(p.at, dead)
		}
	}
	moments := append(slices.Clone(p.asks), p.at)
	slices.Sort(moments)
	for _, now := range moments {
		due(now)
		if now == p.at {
			acts()
			continue
		}
		waiting++
		switch {
		case holder != dead:
			tell(now, holder == nobody)
		case now-settled < 1000:
			tell(now, false)
		case !probed:
			begun, probed = now, true
		}
	}
	due(1 << 30)
	return answers
}

// play lets it happen and returns what the askers are told.
func (p plot) play(t *testing.T, s *server) []answer {
	holder, session := s.raise("cem", p.dialect)
	go func() {
		for _, err := holder.Read(); err == nil; _, err = holder.Read() {
		}
	}()
	begun, clients := time.Now(), make([]*testkit.Client, len(p.asks))
	for i := range clients {
		clients[i] = s.open([][]testkit.Option{nil, {testkit.V1()}}[i%2]...)
	}
	moments := append(slices.Clone(p.asks), p.at)
	slices.Sort(moments)
	for _, now := range moments {
		time.Sleep(time.Until(begun.Add(time.Duration(now) * time.Millisecond)))
		if i := slices.Index(p.asks, now); i >= 0 {
			ask(clients[i], "cem")
			synctest.Wait()
			continue
		}
		switch p.does {
		case "pong":
			holder.Send(testkit.RawFrame{FIN: true, Opcode: byte(frame.Pong)})
		case "message":
			holder.Send(testkit.TextFrame("what?"))
		case "leave":
			holder.Send(testkit.TextFrame(`{"type":"leave"}`))
		case "close":
			holder.Send(testkit.CloseFrame(testkit.CloseCode(1000, "")))
		case "cut":
			holder.Close()
		case "resume":
			fields := session.Fields()
			fields["type"] = "login"
			s.openV1().Say(fields) // in vain, if the name is lost
		}
		synctest.Wait()
	}
	time.Sleep(nameProbe)
	synctest.Wait()
	var answers []answer
	for _, c := range clients {
		f := c.Expect("login")
		answers = append(answers, answer{f.Bool("success"), int(f.At.Sub(begun) / time.Millisecond)})
	}
	holder.Close()
	return answers
}

// Whatever a holder does and whoever asks when: each is told what is so, as soon as it is known.
func TestAnyPlotAroundAName(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := drawPlot(rt)
		want := p.expect()
		synctest.Test(t, func(t *testing.T) {
			got := p.play(t, inMemory(t))
			order := func(a, b answer) int {
				return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(fmt.Sprint(b.granted), fmt.Sprint(a.granted)))
			}
			slices.SortFunc(got, order)
			slices.SortFunc(want, order)
			if !slices.Equal(got, want) {
				t.Errorf("%+v: the askers are told %v, want %v", p, got, want)
			}
		})
	})
}

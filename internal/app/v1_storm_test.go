package app_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"beckon/internal/protocol"
	"beckon/internal/testkit"
)

// seeded is chance that can be repeated: the seed is printed, and BECKON_TEST_SEED sets it.
func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	if text, ok := os.LookupEnv("BECKON_TEST_SEED"); ok {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("BECKON_TEST_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// Hundreds of logins, logouts, cuts and resumptions, with messages in between: whoever applies the news it
// gets knows in the end who is there, and has at every moment known whoever spoke to it.
func TestV1UsersAgreeAfterAStorm(t *testing.T) {
	const rounds, steps = 20, 60
	chance := seeded(t)
	virtual(t, func(t *testing.T, s *server) {
		w := newWeather(t, s, chance)
		for range rounds {
			for range steps {
				w.actors[chance.IntN(len(w.actors))].act()
				if chance.IntN(3) > 0 {
					time.Sleep(time.Duration(chance.IntN(30)) * time.Millisecond)
				}
			}
			if chance.IntN(4) == 0 {
				time.Sleep(resumeWindow) // who is cut is gone
			}
			w.compare()
		}
		for _, o := range w.observers {
			o.checkRate(time.Since(w.begun))
		}
	}, withoutPace()...)
}

type weather struct {
	t         *testing.T
	s         *server
	chance    *rand.Rand
	begun     time.Time
	observers []*observer
	actors    []*actor
}

func newWeather(t *testing.T, s *server, chance *rand.Rand) *weather {
	w := &weather{t: t, s: s, chance: chance, begun: time.Now()}
	for i := range 6 {
		w.observers = append(w.observers, newObserver(t, s, fmt.Sprint("observer ", i), i%3 > 0, i == 5))
	}
	for i := range 40 {
		w.actors = append(w.actors, &actor{weather: w, name: fmt.Sprint("actor ", i), v1: i%4 > 0})
	}
	return w
}

// compare lets everything settle and holds what each observer believes against the truth, which is what a
// newcomer is told.
func (w *weather) compare() {
	w.t.Helper()
	time.Sleep(2 * batchHold)
	probe := w.s.open()
	truth := byID(probe.Login("probe").Users)
	goodbye(probe)
	time.Sleep(2 * batchHold)
	for _, o := range w.observers {
		o.catchUp()
		others := maps.Clone(truth)
		delete(others, o.self.ID)
		if !maps.Equal(o.users, others) {
			w.t.Fatalf("%s believes in %v, the truth is %v", o.self.Name, slices.Collect(maps.Values(o.users)), others)
		}
		if o.flaky {
			o.reconnect()
		}
	}
}

func byID(users []protocol.User) map[string]protocol.User {
	m := make(map[string]protocol.User, len(users))
	for _, u := range users {
		m[u.ID] = u
	}
	return m
}

// actor comes and goes.
type actor struct {
	*weather
	name    string
	v1      bool
	client  *testkit.Client // nil while it is away
	session testkit.Session // after a cut
}

func (a *actor) act() {
	if a.client == nil {
		a.enter()
		return
	}
	switch a.chance.IntN(6) {
	case 0:
		a.client.Send(`{"type":"leave"}`)
		a.client.Close(1000)
	case 1:
		a.client.Close(1001)
	case 2, 3:
		a.client.Drop()
		a.session = a.client.Session()
	default:
		a.client.Arrived()
		a.speak()
		return
	}
	a.client = nil
}

func (a *actor) enter() {
	if !a.v1 {
		a.client = a.s.open()
	} else {
		a.client = a.s.openV1()
	}
	switch {
	case a.session.Token != "":
		a.client.LoginAs(a.session.Fields()) // resumed or not
		a.session = testkit.Session{}
	default:
		a.client.Login(a.name)
	}
	if a.chance.IntN(3) == 0 {
		a.speak()
	}
}

func (a *actor) speak() {
	to := a.observers[a.chance.IntN(len(a.observers))]
	a.client.Say(testkit.Message{"type": "offer", "name": to.self.Name, "offer": 1})
}

// observer stays, and applies what it is told.
type observer struct {
	t      *testing.T
	s      *server
	client *testkit.Client
	self   protocol.User
	users  map[string]protocol.User // by id
	flaky  bool                     // whether its connection is cut from time to time
	told   []time.Time              // when presence frames came that no message brought along
	early  int
}

func newObserver(t *testing.T, s *server, name string, v1, flaky bool) *observer {
	o := &observer{t: t, s: s, flaky: flaky}
	if v1 {
		o.client = s.openV1()
	} else {
		o.client = s.open()
	}
	w := o.client.Login(name)
	o.self, o.users = w.Self, byID(w.Users)
	return o
}

// reconnect loses the connection and comes back to a new roster.
func (o *observer) reconnect() {
	o.client.Drop()
	session := o.client.Session()
	o.client = o.s.openV1()
	o.users = byID(o.client.Resume(session).Users)
}

// catchUp applies what has come.
func (o *observer) catchUp() {
	o.t.Helper()
	frames := o.client.Arrived()
	for i, f := range frames {
		switch f.Type {
		case "presence":
			p := f.Presence()
			o.leave(p.Left...)
			o.join(p.Joined...)
			if i+1 < len(frames) && frames[i+1].Type == "offer" && frames[i+1].At.Equal(f.At) {
				o.early++
			} else {
				o.told = append(o.told, f.At)
			}
		case "updateUsers":
			o.join(f.User("user"))
		case "leave":
			o.leave(f.User("user"))
		case "removeUser":
		case "offer":
			if from := f.Text("name"); !o.knows(from) {
				o.t.Fatalf("%s got a message from %s, who is not there as far as it was told", o.self.Name, from)
			}
		default:
			o.t.Fatalf("%s got %s", o.self.Name, f.JSON)
		}
	}
}

func (o *observer) join(users ...protocol.User) {
	for _, u := range users {
		if o.knows(u.Name) {
			o.t.Fatalf("%s was told that %v joined, but knows one of that name", o.self.Name, u)
		}
		o.users[u.ID] = u
	}
}

func (o *observer) leave(users ...protocol.User) {
	for _, u := range users {
		if o.users[u.ID] != u {
			o.t.Fatalf("%s was told that %v left, but knows no such user", o.self.Name, u)
		}
		delete(o.users, u.ID)
	}
}

func (o *observer) knows(name string) bool {
	for _, u := range o.users {
		if u.Name == name {
			return true
		}
	}
	return false
}

// checkRate checks that there were not more presence frames than one every 100 ms, but for those that a
// message brought along.
func (o *observer) checkRate(elapsed time.Duration) {
	if o.client.Subprotocol() == "" {
		return
	}
	if most := int(elapsed/batchHold) + 1; len(o.told) > most {
		o.t.Errorf("%s was told %d times in %v, want at most %d", o.self.Name, len(o.told), elapsed, most)
	}
	for i := 1; i < len(o.told); i++ {
		if gap := o.told[i].Sub(o.told[i-1]); gap < batchHold {
			o.t.Errorf("%s was told twice within %v", o.self.Name, gap)
		}
	}
	o.t.Logf("%s: %d presence frames, %d brought along by messages", o.self.Name, len(o.told), o.early)
}

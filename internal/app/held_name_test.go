package app_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/frame"
	"beckon/internal/testkit"
)

// nameProbe is how long the holder of a name that another asks for may take to answer a ping.
const nameProbe = 3 * time.Second

// inDialects are both ways to speak.
var inDialects = map[string][]testkit.Option{"plain": nil, "v1": {testkit.V1()}}

func eachDialect(t *testing.T, test func(t *testing.T, s *server, dialect []testkit.Option), flags ...string) {
	t.Helper()
	for name, dialect := range inDialects {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) { test(t, s, dialect) }, flags...)
		})
	}
}

// and is a dialect and more.
func and(dialect []testkit.Option, more ...testkit.Option) []testkit.Option {
	return append(append([]testkit.Option{}, dialect...), more...)
}

// ask asks for a name and does not wait for the answer.
func ask(c *testkit.Client, name string) { c.Say(testkit.Message{"type": "login", "name": name}) }

// raise logs in to the lobby a client that speaks single frames of either dialect.
func (s *server) raise(name, dialect string) (*testkit.Raw, testkit.Session) {
	s.t.Helper()
	if dialect == "v1" {
		return s.rawV1(name)
	}
	r := s.raw()
	r.Send(testkit.TextFrame(`{"type":"login","name":` + quoted(name) + `}`))
	r.ExpectText("login")
	return r, testkit.Session{}
}

// A connection whose other side is dead does not keep a name from who asks for it.
func TestADeadConnectionLosesItsName(t *testing.T) {
	for how, deaf := range map[string]testkit.Option{"answers no ping": testkit.Mute(), "does not read": testkit.Frozen()} {
		for its, dialect := range inDialects {
			for theirs, heirs := range inDialects {
				t.Run(how+", "+its+" to "+theirs, func(t *testing.T) {
					virtual(t, func(t *testing.T, s *server) { expectHeir(t, s, and(dialect, deaf), heirs) })
				})
			}
		}
	}
}

// expectHeir has one log in under the name of another who is dead, before the eyes of both inDialects.
func expectHeir(t *testing.T, s *server, deadOptions, heirOptions []testkit.Option) {
	t.Helper()
	plain, modern := s.user("watcher"), s.userV1("watcher of batches")
	plain.ExpectJoined("watcher of batches")
	dead := s.open(deadOptions...)
	ask(dead, "cem")
	old := plain.ExpectJoined("cem")
	modern.ExpectNews(old)

	heir, asked := s.open(heirOptions...), time.Now()
	w := heir.Login("Cem")
	if took := time.Since(asked); took != nameProbe {
		t.Errorf("logged in after %v, want %v", took, nameProbe)
	}
	if w.Self.ID == old.ID || len(w.Users) != 2 || w.Frame.Has("resumed") && w.Frame.Bool("resumed") {
		t.Errorf("the heir of %v is welcomed with %s", old, w.Frame.JSON)
	}
	if left := plain.ExpectLeft("cem"); left != old {
		t.Errorf("%v left, want %v", left, old)
	}
	if joined := plain.ExpectJoined("Cem"); joined != w.Self {
		t.Errorf("%v came, want %v", joined, w.Self)
	}
	news := modern.ExpectPresence()
	if len(news.Left) != 1 || news.Left[0] != old || len(news.Joined) != 1 || news.Joined[0] != w.Self {
		t.Errorf("the news is %v, want that %v left and %v came", news, old, w.Self)
	}
	dead.Thaw()
	if _, end := dead.Drain(); end.Code != 1001 || !strings.Contains(end.Reason, "name") {
		t.Errorf("the dead one is told %d %q", end.Code, end.Reason)
	}
	plain.Say(testkit.Message{"type": "offer", "name": "cem", "offer": 1})
	heir.ExpectRelay("offer", "watcher")
}

// A session that has lost its name is over, and the log says of it and of its connection why.
func TestALostNameEndsTheSession(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		dead := s.userV1("cem", testkit.Mute())
		session := dead.Session()
		heir := s.user("cem")
		dead.ExpectClose(1001)
		s.openV1().LoginRefused("name_taken", session.Fields())
		goodbye(heir)
		s.openV1().ResumeInVain(session)
		if ends := s.logged("disconnect"); len(ends) == 0 || ends[0].Reason != "name_lost" || ends[0].User != "cem" {
			t.Errorf("the log has the ends %+v", ends)
		}
		if got := s.log.String(); !strings.Contains(got, `"outcome":"name_lost","message":"session end"`) {
			t.Errorf("the log does not tell how the session ended:\n%s", got)
		}
	})
}

// Who answers keeps the name, and who asks is told so after one round trip.
func TestALivingHolderKeepsItsName(t *testing.T) {
	eachDialect(t, func(t *testing.T, s *server, dialect []testkit.Option) {
		holder := s.open(dialect...)
		holder.Login("cem")
		for _, theirs := range inDialects {
			asked := time.Now()
			s.open(theirs...).LoginRefused("name_taken", testkit.Message{"name": "CEM"})
			if took := time.Since(asked); took != 0 {
				t.Errorf("refused after %v", took)
			}
		}
		holder.ExpectNothing(time.Minute)
	})
}

// However many ask, the holder gets at most one ping per second for it.
func TestAskersDoNotFloodTheHolder(t *testing.T) {
	eachDialect(t, func(t *testing.T, s *server, dialect []testkit.Option) {
		const askers, rounds, pause = 20, 40, 250 * time.Millisecond
		holder := s.open(dialect...)
		holder.Login("cem")
		begun := time.Now()
		clients := make([]*testkit.Client, askers)
		for i := range clients {
			clients[i] = s.open()
		}
		for range rounds {
			for _, c := range clients {
				ask(c, "cem")
			}
			for _, c := range clients {
				c.ExpectLoginRefused("name_taken")
			}
			time.Sleep(pause)
		}
		pings, want := holder.Pings(), int(time.Since(begun)/time.Second)
		if len(pings) < want-1 || len(pings) > want {
			t.Errorf("%d pings in %v, want one per second", len(pings), time.Since(begun))
		}
		for i := range pings[1:] {
			if gap := pings[i+1].Sub(pings[i]); gap < time.Second {
				t.Errorf("a ping comes %v after the one before", gap)
			}
		}
	}, "--messages-per-second=0")
}

// Whatever a holder says within the time counts, in whole messages, and is the answer for all who wait.
func TestWhatKeepsAName(t *testing.T) {
	const at = nameProbe - time.Millisecond
	signs := map[string]struct {
		frames []testkit.RawFrame
		alive  bool
	}{
		"a pong":         {[]testkit.RawFrame{{FIN: true, Opcode: byte(frame.Pong)}}, true},
		"a ping":         {[]testkit.RawFrame{testkit.PingFrame("")}, true},
		"a message":      {[]testkit.RawFrame{testkit.TextFrame(`{"type":"ping"}`)}, true},
		"a bad message":  {[]testkit.RawFrame{testkit.TextFrame(`{`)}, true},
		"a fragment":     {[]testkit.RawFrame{{Opcode: byte(frame.Text), Payload: []byte("{")}}, false},
		"nothing at all": {nil, false},
	}
	for name, sign := range signs {
		for dialect := range inDialects {
			t.Run(name+", "+dialect, func(t *testing.T) {
				virtual(t, func(t *testing.T, s *server) {
					holder, _ := s.raise("cem", dialect)
					asked, asker := time.Now(), s.open()
					ask(asker, "cem")
					holder.Expect(frame.Ping)
					time.Sleep(at)
					holder.Send(sign.frames...)
					f := asker.Expect("login")
					if f.Bool("success") == sign.alive {
						t.Errorf("asked for the name, got %s", f.JSON)
					}
					want := at
					if !sign.alive {
						want = nameProbe
					}
					if took := time.Since(asked); took != want {
						t.Errorf("answered after %v, want %v", took, want)
					}
				})
			})
		}
	}
}

// The name is had, or refused, as soon as it is known: when its holder leaves, is lost, or goes on elsewhere.
func TestAHolderGoesMeanwhile(t *testing.T) {
	const after = time.Second
	leave := func(_ *server, r *testkit.Raw, _ testkit.Session) { r.Send(testkit.TextFrame(`{"type":"leave"}`)) }
	closes := func(code uint16) func(*server, *testkit.Raw, testkit.Session) {
		return func(_ *server, r *testkit.Raw, _ testkit.Session) {
			r.Send(testkit.CloseFrame(testkit.CloseCode(code, "")))
		}
	}
	cut := func(_ *server, r *testkit.Raw, _ testkit.Session) { r.Close() }
	for name, test := range map[string]struct {
		dialect string
		do      func(*server, *testkit.Raw, testkit.Session)
		free    bool
	}{
		"plain, leaves":               {"plain", leave, true},
		"plain, closes":               {"plain", closes(1000), true},
		"plain, closes for a time":    {"plain", closes(4000), true},
		"plain, is cut":               {"plain", cut, true},
		"v1, leaves":                  {"v1", leave, true},
		"v1, closes":                  {"v1", closes(1000), true},
		"v1, closes for a time":       {"v1", closes(4000), false},
		"v1, is cut":                  {"v1", cut, false},
		"v1, resumes somewhere else":  {"v1", func(s *server, _ *testkit.Raw, had testkit.Session) { s.resume(had) }, false},
		"v1, resumes in another case": {"v1", func(s *server, _ *testkit.Raw, had testkit.Session) { had.Name = "CEM"; s.resume(had) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) {
				holder, session := s.raise("cem", test.dialect)
				asker, asked := s.open(), time.Now()
				ask(asker, "cem")
				holder.Expect(frame.Ping)
				asker.ExpectNothing(after)
				test.do(s, holder, session)
				if f := asker.Expect("login"); f.Bool("success") != test.free {
					t.Errorf("asked for the name, got %s", f.JSON)
				}
				if took := time.Since(asked); took != after {
					t.Errorf("answered after %v, want %v", took, after)
				}
			})
		})
	}
}

// Of several who wait for a name one gets it, and the others are told so at that moment. One ping was enough.
func TestManyWaitForAName(t *testing.T) {
	eachDialect(t, func(t *testing.T, s *server, dialect []testkit.Option) {
		const many = 10
		holder := s.open(and(dialect, testkit.Mute())...)
		holder.Login("cem")
		asked, askers := time.Now(), make([]*testkit.Client, many)
		for i := range askers {
			askers[i] = s.open([][]testkit.Option{nil, {testkit.V1()}}[i%2]...)
			ask(askers[i], "cem")
			time.Sleep(100 * time.Millisecond)
		}
		granted := 0
		for _, c := range askers {
			f := c.Expect("login")
			if f.Bool("success") {
				granted++
			} else if f.Text("code") != "name_taken" {
				t.Errorf("got %s", f.JSON)
			}
			if took := f.At.Sub(asked); took != nameProbe {
				t.Errorf("answered after %v, want %v", took, nameProbe)
			}
		}
		if pings := len(holder.Pings()); granted != 1 || pings != 1 {
			t.Errorf("%d of %d got the name, after %d pings", granted, many, pings)
		}
	})
}

// What a client sends before and behind such a login arrives, in its order, and nobody else waits.
func TestOnlyTheAskerWaits(t *testing.T) {
	for dialect := range inDialects {
		t.Run(dialect, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) {
				ana, ben := s.pair("ana", "ben")
				s.user("cem", testkit.Mute())
				ana.ExpectJoined("cem")
				ben.ExpectJoined("cem")
				asker, _ := s.raise("dan", dialect)
				ana.ExpectJoined("dan")
				ben.ExpectJoined("dan")
				asked := time.Now()
				asker.Send(
					testkit.TextFrame(`{"type":"candidate","name":"ana","candidate":1}`), testkit.TextFrame(`{"type":"leave"}`),
					testkit.TextFrame(`{"type":"login","name":"cem","presence":false}`),
					testkit.TextFrame(`{"type":"candidate","name":"ana","candidate":2}`), testkit.TextFrame(`{"type":"ping","data":"last"}`),
				)
				if f := ana.ExpectRelay("candidate", "dan"); f.At != asked {
					t.Errorf("what came before the login is there %v later", f.At.Sub(asked))
				}
				ana.ExpectLeft("dan")
				ben.ExpectLeft("dan")
				for i := range 10 {
					send(ana, "ben", i, i)
					expectNumbers(t, ben, "ana", i, i)
					send(ben, "ana", i, i)
					expectNumbers(t, ana, "ben", i, i)
				}
				if took := time.Since(asked); took > batchHold {
					t.Errorf("others have waited for %v", took)
				}
				if f := asker.ExpectText("login"); !f.Bool("success") {
					t.Errorf("got %s", f.JSON)
				}
				asker.ExpectText("pong")
				if took := time.Since(asked); took != nameProbe {
					t.Errorf("logged in after %v, want %v", took, nameProbe)
				}
				ana.ExpectLeft("cem")
				ana.ExpectJoined("cem")
				expectNumbers(t, ana, "cem", 2, 2)
			})
		})
	}
}

// An asker who goes meanwhile leaves nothing behind.
func TestAnAskerGoesMeanwhile(t *testing.T) {
	for name, gone := range map[string]func(c *testkit.Client){
		"closes": func(c *testkit.Client) { c.Close(1000) },
		"is cut": func(c *testkit.Client) { c.Drop() },
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) {
				s.user("cem", testkit.Mute())
				asker := s.open()
				ask(asker, "cem")
				time.Sleep(time.Second)
				gone(asker)
				time.Sleep(nameProbe)
				synctest.Wait()
				asked := time.Now()
				if s.user("cem"); time.Since(asked) != 0 {
					t.Errorf("the name is had after %v", time.Since(asked))
				}
			})
		})
	}
}

// The login timeout is one for an asker, too. The name that it waited for is not taken by it.
func TestLoginTimeoutOfAnAsker(t *testing.T) {
	const limit = 30 * time.Second
	eachDialect(t, func(t *testing.T, s *server, dialect []testkit.Option) {
		ana := s.user("ana")
		opened, asker := time.Now(), s.open(and(dialect, testkit.Curt())...)
		time.Sleep(limit - time.Second)
		s.user("cem", testkit.Mute())
		ana.ExpectJoined("cem")
		ask(asker, "cem")
		if end := asker.ExpectClose(4002); end.At.Sub(opened) != limit {
			t.Errorf("closed after %v, want %v", end.At.Sub(opened), limit)
		}
		time.Sleep(nameProbe)
		ana.ExpectLeft("cem")
		ana.ExpectNothing(time.Minute)
	}, "--login-timeout=30s")
}

// A server that stops does not wait for those who wait for a name.
func TestDrainWithAskers(t *testing.T) {
	eachDialect(t, func(t *testing.T, s *server, dialect []testkit.Option) {
		s.user("cem", testkit.Mute())
		asker := s.open(dialect...)
		ask(asker, "cem")
		asker.ExpectNothing(time.Second)
		begun := time.Now()
		s.cancel()
		if _, end := asker.Drain(); end.Code != 1012 { // the name may have become free first
			t.Errorf("closed with %d", end.Code)
		}
		if took := s.awaitStop(begun); took > nameProbe/2 {
			t.Errorf("stopping took %v", took)
		}
	})
}

// The pongs of an asker are not read while it waits, which is no fault of its own.
func TestHeartbeatOfAnAsker(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		asker := s.raw()
		time.Sleep(1300 * time.Millisecond)
		s.user("cem", testkit.Mute())
		asker.Send(testkit.TextFrame(`{"type":"login","name":"cem"}`))
		asked := time.Now()
		asker.Expect(frame.Ping)
		if asker.Send(testkit.RawFrame{FIN: true, Opcode: byte(frame.Pong)}); time.Since(asked) < 2*time.Second {
			t.Fatalf("the pong was read after %v", time.Since(asked))
		}
		asker.Expect(frame.Ping) // the next one, and not the end
		asker.ExpectText("login")
		asker.Expect(frame.Ping)
	}, "--ping-interval=2s", "--pong-timeout=1s")
}

// A holder who sends so much that it is being slowed is alive, though its pong waits unread behind the rest.
func TestAHolderThatIsSlowedKeepsItsName(t *testing.T) {
	eachDialect(t, func(t *testing.T, s *server, dialect []testkit.Option) {
		const many = 200 // at 10 per second, but for the first 40
		holder := s.open(and(dialect, testkit.Mute())...)
		holder.Login("cem")
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			for range many {
				holder.TrySay(testkit.Message{"type": "ping", "data": ""})
			}
		}()
		time.Sleep(5 * time.Second)
		asker, asked := s.open(), time.Now()
		asker.LoginRefused("name_taken", testkit.Message{"name": "cem"})
		if took := time.Since(asked); took != 0 {
			t.Errorf("refused after %v", took)
		}
		<-sent
		holder.Arrived()
	}, "--messages-per-second=10", "--login-timeout=0")
}

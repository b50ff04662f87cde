package app_test

import (
	"testing"

	"beckon/internal/testkit"
)

func attempt(s testkit.Session, n int) testkit.Message {
	login := s.Fields()
	login["attempt"] = n
	return login
}

// A client gives a socket up whose login seems to get nowhere, and resumes on a newer one. When the network lets the
// late login through in the end, with what the client did to the socket behind it, the session stays where it is.
func TestV1LateLoginTakesNothing(t *testing.T) {
	for name, bye := range map[string]func(abandoned *testkit.Client){
		"and its socket stays open": func(*testkit.Client) {},
		"given up with 4000":        func(abandoned *testkit.Client) { abandoned.Close(4000) },
		"cut":                       func(abandoned *testkit.Client) { abandoned.Drop() },
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) {
				ana, ben, _ := s.pairV1()
				send(ana, "ben", 1, 2)
				expectNumbers(t, ben, "ana", 1, 1)
				session := lose(ben)
				abandoned := s.openV1()
				back := s.openV1()
				back.LoginAs(attempt(session, 2))
				expectNumbers(t, back, "ana", 2, 2)
				late := attempt(session, 1)
				late["type"] = "login"
				abandoned.TrySay(late)
				bye(abandoned)
				send(ana, "ben", 3, 3)
				expectNumbers(t, back, "ana", 3, 3)
				back.ExpectPong("still here")
				back.ExpectNothing(2 * resumeWindow)
				ana.ExpectNothing(0)
			})
		})
	}
}

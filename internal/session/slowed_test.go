package session

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/protocol"
)

// taken is how many logins have been taken since it was last asked.
func (f *fakeConn) taken() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer func() { f.logins = 0 }()
	return f.logins
}

// Every login counts for its address, however it ends, and once, but for one that goes on with a session.
func TestLoginsAreTakenFromTheirAddress(t *testing.T) {
	b, _ := newWatchedBench(roomy)
	b.openV1(t, login("Bob"))
	conn, says := b.openV1(t)
	for _, say := range []string{
		`{"type":"login"}`, `{"type":"login","name":""}`, login("BOB"), login("Ana"), login("Ana"), login("Eve"),
	} {
		if says.Text([]byte(say)); conn.taken() != 1 {
			t.Errorf("%s is not counted once", say)
		}
	}
	for _, say := range []string{`{"type":"ping"}`, `{"type":"leave"}`, `nonsense`} {
		if says.Text([]byte(say)); conn.taken() != 0 {
			t.Errorf("%s is counted", say)
		}
	}
	conn, _ = b.openV1(t, resumeAs("Zoe", "no-such-session", "0"))
	if conn.taken() != 1 {
		t.Error("a login with a session that there is not is not counted once")
	}
}

// Who logs in too fast waits, with no lock held, and what it says behind that comes after; then it is in.
func TestALoginTooManyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, seen := newWatchedBench(roomy)
		conn, says := b.openV1(t)
		conn.take(t)
		conn.loginWait = 3 * time.Second
		begun := time.Now()
		done := make(chan struct{})
		go func() {
			defer close(done)
			says.Text([]byte(login("Ana")))
		}()
		synctest.Wait()
		expect(t, conn)
		b.openV1(t, login("Bob")) // others do not wait for it
		if time.Since(begun) != 0 {
			t.Error("somebody waits for a login of somebody else")
		}
		seen.expect(t, "login joined 1, login slowed 1")
		<-done
		if took := time.Since(begun); took != conn.loginWait || !strings.Contains(conn.take(t), `"name":"Ana"`) {
			t.Errorf("the login took %v", took)
		}
		if log := b.log.String(); strings.Count(log, `"reason":"address_logins","wait_ms":3000,"message":"login slowed"`) != 1 {
			t.Errorf("the log says %s", log)
		}
		says.Text([]byte(login("Ana"))) // refused, and slow all the same; the session's turn is free meanwhile
		seen.expect(t, "failed already_logged_in 1, login failed 1, login joined 1, login slowed 1")
	})
}

// A connection that ends while its login waits ends at once, and nobody has logged in.
func TestAWaitingLoginEndsWithItsConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, seen := newWatchedBench(roomy)
		conn, says := b.openV1(t)
		conn.take(t)
		conn.loginWait = time.Second
		conn.Close(protocol.EndRestart)
		says.Text([]byte(login("Ana")))
		expect(t, conn)
		seen.expect(t, "login slowed 1")
	})
}

// Whoever comes back to a session waits for nobody, as all of one line come back at once when it was down.
func TestComingBackIsNoLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, seen := newWatchedBench(roomy)
		conn, says := b.openV1(t, login("Ana"))
		token := tokenIn(t, conn.take(t))
		says.Closed(cut)
		again, _ := b.openV1(t)
		again.loginWait = time.Hour
		r := talker{b.AcceptV1(again)}
		r.Text([]byte(resumeAs("Ana", token, "0")))
		if again.taken() != 0 || !strings.Contains(again.take(t), `"resumed":true`) {
			t.Error("a session that goes on is counted as a login")
		}
		seen.expect(t, "login joined 1, login resumed 1, resume resumed 1")
	})
}

package doctor_test

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"beckon/internal/doctor"
)

const secret = "a secret of thirty-two bytes, or more"

// guarded starts a server that asks for tokens.
func guarded(t *testing.T, flags ...string) string {
	t.Helper()
	return beckon(t, append(flags, "--auth-jwt-secret-file="+file(t, secret))...)
}

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// token signs claims and puts them into a file.
func token(t *testing.T, key string, claims jwt.MapClaims) (path, text string) {
	t.Helper()
	text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return file(t, text+"\n"), text
}

func TestTokens(t *testing.T) {
	address := "http://" + guarded(t) + "/"
	f := examine(t, address)
	f.problems()
	f.has(doctor.TokenNeeded)
	f.has(doctor.SubprotocolOK)
	f.lacks(doctor.RelayOK)

	soon := time.Now().Add(time.Hour).Unix()
	path, text := token(t, secret, jwt.MapClaims{"exp": soon})
	f = examine(t, address, func(o *doctor.Options) { o.TokenFile = path })
	f.problems()
	f.has(doctor.ResumeOK)
	silent(t, f, text)

	path, text = token(t, secret, jwt.MapClaims{"exp": soon, "sub": "Ana", "room": "tea"})
	fixed := func(o *doctor.Options) { o.TokenFile, o.Name, o.Room = path, "Ana", "tea" }
	f = examine(t, address, fixed)
	f.problems()
	f.has(doctor.RelayOK)
	f.lacks(doctor.ResumeOK)
	f = examine(t, address, func(o *doctor.Options) { o.TokenFile = path })
	f.problems(doctor.TokenRefused)
	silent(t, f, text)

	path, text = token(t, "another secret of thirty-two bytes", jwt.MapClaims{"exp": soon})
	f = examine(t, address, func(o *doctor.Options) { o.TokenFile = path })
	f.problems(doctor.TokenRefused)
	silent(t, f, text)
}

// silent expects a secret in nothing that is shown.
func silent(t *testing.T, f findings, secret string) {
	t.Helper()
	text, err := f.report.JSON()
	if err != nil || strings.Contains(string(text), secret) || strings.Contains(f.String(), secret) {
		t.Errorf("the secret is shown, or %v", err)
	}
}

func TestLogins(t *testing.T) {
	f := examine(t, "http://"+beckon(t)+"/", func(o *doctor.Options) { o.Name = strings.Repeat("a", 65) })
	f.problems(doctor.LoginRefused)
	f = examine(t, "http://"+swallowing(t, beckon(t, trusting...))+"/", impatiently)
	f.problems(doctor.LoginFailed)
}

// swallowing takes upgrades, and nothing after them arrives.
func swallowing(t *testing.T, backend string) string {
	t.Helper()
	deaf := proxy{first: func(w http.ResponseWriter, r *http.Request) bool {
		if !isUpgrade(r) {
			return false
		}
		server := &url.URL{Scheme: "http", Host: backend}
		shake, _ := http.NewRequest("GET", server.String(), nil)
		shake.Header = r.Header.Clone()
		shake.Header.Del("Origin")
		response, err := http.DefaultTransport.RoundTrip(shake)
		if err != nil {
			return false
		}
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return false
		}
		conn.Write([]byte("HTTP/1.1 101 Switching Protocols\r\n"))
		response.Header.Write(conn)
		conn.Write([]byte("\r\n"))
		response.Body.Close()
		conn.Read(make([]byte, 1))
		for buf := make([]byte, 4096); ; {
			if _, err := conn.Read(buf); err != nil {
				conn.Close()
				return true
			}
		}
	}}
	return strings.TrimSuffix(strings.TrimPrefix(deaf.before(t, backend), "http://"), "/")
}

func TestResumeOff(t *testing.T) {
	f := examine(t, "http://"+beckon(t, "--resume-window=0")+"/")
	f.problems()
	f.has(doctor.ResumeOff)
}

func TestSmallMessages(t *testing.T) {
	f := examine(t, "http://"+beckon(t, "--max-message-bytes=4096")+"/")
	f.problems(doctor.RelayTooLarge)
	f.has(doctor.ResumeOK)
}

// Two servers behind one proxy, by turns: users do not meet, and sessions are not found again.
func TestTwoServers(t *testing.T) {
	servers := []*url.URL{{Scheme: "http", Host: beckon(t, trusting...)}, {Scheme: "http", Host: beckon(t, trusting...)}}
	var turn atomic.Int32
	apart := proxy{request: func(r *httputil.ProxyRequest) {
		r.SetURL(servers[int(turn.Add(1))%len(servers)])
		r.Out.Host = r.In.Host
	}}
	f := examine(t, apart.before(t, ""))
	f.has(doctor.RelayApart)
	if f.report.Exit != doctor.ExitProblems {
		t.Errorf("exit code %d:\n%s", f.report.Exit, f)
	}
}

// A WebSocket that comes back to a session lands on another server, where there is none.
func TestResumeElsewhere(t *testing.T) {
	home, away := beckon(t, trusting...), beckon(t, trusting...)
	var resumed atomic.Bool
	var sockets atomic.Int32
	wandering := proxy{request: func(r *httputil.ProxyRequest) {
		host := home
		if isUpgrade(r.In) && sockets.Add(1) > wanderAfter {
			host = away
			resumed.Store(true)
		}
		r.SetURL(&url.URL{Scheme: "http", Host: host})
		r.Out.Host = r.In.Host
	}}
	f := examine(t, wandering.before(t, home))
	f.problems(doctor.ResumeFailed)
	if !resumed.Load() {
		t.Error("no session was resumed")
	}
}

// wanderAfter is how many WebSockets the doctor opens before it resumes a session: two to look at the upgrade, one to
// log in, and two pairs of users.
const wanderAfter = 7

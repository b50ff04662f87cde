package auth

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// issuer is an issuer's server, without a network.
type issuer struct {
	mu    sync.Mutex
	set   []byte          // guarded by mu
	fault error           // guarded by mu
	takes time.Duration   // guarded by mu
	asked []time.Duration // when, since start; guarded by mu
	start time.Time
}

func (i *issuer) RoundTrip(request *http.Request) (*http.Response, error) {
	i.mu.Lock()
	set, fault, takes := i.set, i.fault, i.takes
	i.asked = append(i.asked, time.Since(i.start))
	i.mu.Unlock()
	select {
	case <-time.After(takes):
	case <-request.Context().Done():
		return nil, request.Context().Err()
	}
	if fault != nil {
		return nil, fault
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(set)), Request: request}, nil
}

// publish makes the issuer's set one of these keys, by kid.
func (i *issuer) publish(keys map[string]*ecdsa.PrivateKey) {
	var list []fields
	for id, key := range keys {
		list = append(list, jwk(id, key))
	}
	i.now(func() { i.set = jwks(list...) })
}

func (i *issuer) now(change func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	change()
}

func (i *issuer) times() []time.Duration {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]time.Duration(nil), i.asked...)
}

// fetching runs a test in virtual time with a verifier of an issuer's keys; what was reported comes out of reports.
func fetching(t *testing.T, every time.Duration, test func(t *testing.T, i *issuer, v *Verifier, run func() <-chan Fetched)) {
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{start: time.Now()}
		v := FetchJWKS("https://id.example.org/keys", every, Options{})
		v.remote.client.Transport = i
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		test(t, i, v, func() <-chan Fetched {
			reports := make(chan Fetched, 1000)
			running.Go(func() { v.Run(ctx, func(f Fetched) { reports <- f }) })
			return reports
		})
		stop()
		running.Wait()
	})
}

func es(id string, key any) string {
	return sign(jwt.SigningMethodES256, key, fields{"alg": "ES256", "kid": id}, hour())
}

func TestKeysAreFetchedAtTheInterval(t *testing.T) {
	fetching(t, time.Minute, func(t *testing.T, i *issuer, v *Verifier, run func() <-chan Fetched) {
		old, young := newEC(), newEC()
		i.publish(map[string]*ecdsa.PrivateKey{"old": old})
		reports := run()
		if got := <-reports; got.Err != nil || !got.Usable || !got.Changed {
			t.Errorf("first: %+v", got)
		}
		accept(t, v, es("old", old))
		i.publish(map[string]*ecdsa.PrivateKey{"young": young})
		if got := <-reports; got.Err != nil || !got.Changed {
			t.Errorf("second: %+v", got)
		}
		if took := time.Since(i.start); took != time.Minute {
			t.Errorf("fetched again after %v", took)
		}
		accept(t, v, es("young", young))
		time.Sleep(20 * time.Second)
		refuse(t, v, es("old", old), UnknownKey)
		synctest.Wait()
		if got := <-reports; got.Err != nil || got.Changed {
			t.Errorf("third: %+v", got)
		}
	})
}

// A key that is new to the server lets its user in, who waits for it; it is not asked for more often than may be.
func TestAnUnknownKeyIsFetched(t *testing.T) {
	fetching(t, time.Hour, func(t *testing.T, i *issuer, v *Verifier, run func() <-chan Fetched) {
		old, young := newEC(), newEC()
		i.publish(map[string]*ecdsa.PrivateKey{"old": old})
		reports := run()
		<-reports
		time.Sleep(fetchPause)
		i.publish(map[string]*ecdsa.PrivateKey{"old": old, "young": young})
		i.now(func() { i.takes = time.Second })
		accept(t, v, es("young", young))
		accept(t, v, es("old", old))
		if took := time.Since(i.start); took != fetchPause+time.Second {
			t.Errorf("let in after %v", took)
		}
		for range 1000 { // what no issuer has signed
			refuse(t, v, es("none", young), UnknownKey)
		}
		if took := time.Since(i.start); took != fetchPause+time.Second || len(i.times()) != 2 {
			t.Errorf("after %v: asked at %v", took, i.times())
		}
		for range 100 {
			time.Sleep(fetchPause / 10)
			refuse(t, v, es("none", young), UnknownKey)
		}
		if asked := i.times(); len(asked) > 12 {
			t.Errorf("asked at %v", asked)
		}
		for n, at := range i.times()[2:] {
			if before := i.times()[n+1]; at-before < fetchPause {
				t.Errorf("asked at %v and %v", before, at)
			}
		}
	})
}

// Tokens that other keys could not save do not have them fetched.
func TestOtherRefusalsFetchNothing(t *testing.T) {
	fetching(t, time.Hour, func(t *testing.T, i *issuer, v *Verifier, run func() <-chan Fetched) {
		ec := newEC()
		i.publish(map[string]*ecdsa.PrivateKey{"e": ec})
		<-run()
		time.Sleep(fetchPause)
		refuse(t, v, es("e", newEC()), Signature)
		refuse(t, v, sign(jwt.SigningMethodHS256, []byte(secret), fields{"alg": "HS256", "kid": "e"}, hour()), Algorithm)
		refuse(t, v, segment(fields{"alg": "none", "kid": "x"})+"."+segment(hour())+".", Algorithm)
		refuse(t, v, sign(jwt.SigningMethodES256, ec, fields{"alg": "ES256", "kid": "e"}, fields{"exp": in(-time.Hour)}), Expired)
		refuse(t, v, "x", Malformed)
		synctest.Wait()
		if asked := i.times(); len(asked) != 1 {
			t.Errorf("asked at %v", asked)
		}
	})
}

// A login does not wait for long.
func TestPatienceEnds(t *testing.T) {
	fetching(t, time.Hour, func(t *testing.T, i *issuer, v *Verifier, run func() <-chan Fetched) {
		ec := newEC()
		begun := time.Now()
		refuse(t, v, es("e", ec), NoKeys) // nobody fetches
		if waited := time.Since(begun); waited != loginPatience {
			t.Errorf("waited for %v before Run", waited)
		}
		i.publish(map[string]*ecdsa.PrivateKey{"e": ec})
		i.now(func() { i.takes = time.Minute })
		reports := run()
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				if _, err := v.Verify(es("e", ec)); err == nil || err.Error() != (&Error{Reason: NoKeys}).Error() {
					t.Errorf("without keys: %v", err)
				}
			})
		}
		begun = time.Now()
		wg.Wait()
		if waited := time.Since(begun); waited != loginPatience {
			t.Errorf("waited for %v", waited)
		}
		if got := <-reports; got.Err == nil || got.Usable || time.Since(begun) != fetchTimeout {
			t.Errorf("after %v: %+v", time.Since(begun), got)
		}
		i.now(func() { i.takes = time.Second })
		time.Sleep(fetchPause)
		accept(t, v, es("e", ec)) // who comes while they are fetched waits for them
		refuse(t, v, segment(fields{"alg": "none"})+"."+segment(hour())+".", Algorithm)
	})
}

// An issuer that is down, or answers nonsense, takes no keys away.
func TestOldKeysStay(t *testing.T) {
	fetching(t, time.Hour, func(t *testing.T, i *issuer, v *Verifier, run func() <-chan Fetched) {
		ec := newEC()
		i.now(func() { i.fault = errors.New("down") })
		reports := run()
		if got := <-reports; got.Err == nil || got.Usable || !strings.Contains(got.Err.Error(), "down") || strings.Contains(got.Err.Error(), "example") {
			t.Errorf("down at start: %+v", got)
		}
		refuse(t, v, es("e", ec), NoKeys)
		i.now(func() { i.fault = nil })
		i.publish(map[string]*ecdsa.PrivateKey{"e": ec})
		if got := <-reports; got.Err != nil || !got.Changed || time.Since(i.start) != fetchPause {
			t.Errorf("up after %v: %+v", time.Since(i.start), got)
		}
		for _, nonsense := range []string{"", "<html>", "{}", `{"keys":[]}`, `{"keys":[{"kty":"oct","k":"AA"}]}`, strings.Repeat(" ", maxFileBytes+1)} {
			i.now(func() { i.set = []byte(nonsense) })
			if err := v.Reload(); err != nil {
				t.Fatal(err)
			}
			if got := <-reports; got.Err == nil || !got.Usable || got.Changed {
				t.Errorf("%.20q: %+v", nonsense, got)
			}
			accept(t, v, es("e", ec))
		}
		if took := time.Since(i.start); took != fetchPause { // a reload is no reason to wait
			t.Errorf("all of it took %v", took)
		}
	})
}

// served is a verifier of what a server on this machine gives, after one attempt.
func served(t *testing.T, server *httptest.Server) (*Verifier, Fetched) {
	t.Helper()
	defer server.Close()
	v := FetchJWKS(server.URL+"/keys", time.Hour, Options{})
	if server.TLS != nil {
		transport := v.remote.client.Transport.(*http.Transport)
		transport.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var got Fetched
	v.Run(ctx, func(f Fetched) { got = f; stop() })
	return v, got
}

func TestKeysFromAServer(t *testing.T) {
	ec := newEC()
	give := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/keys" || r.Method != http.MethodGet {
			http.NotFound(w, r)
			return
		}
		w.Write(jwks(jwk("e", ec), fields{"kty": "oct", "kid": "s", "k": encode([]byte(secret))}))
	}
	for name, server := range map[string]*httptest.Server{
		"http":  httptest.NewServer(http.HandlerFunc(give)),
		"https": httptest.NewTLSServer(http.HandlerFunc(give)),
	} {
		v, got := served(t, server)
		if got.Err != nil || len(v.Skipped()) != 1 {
			t.Fatalf("%s: %+v, skipped %q", name, got, v.Skipped())
		}
		accept(t, v, es("e", ec))
		refuse(t, v, hs(hour()), Algorithm)
		refuse(t, v, segment(fields{"alg": "none"})+"."+segment(hour())+".", Algorithm)
	}
}

func TestAnswersThatAreRefused(t *testing.T) {
	set := jwks(jwk("e", newEC()))
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(set) }))
	defer plain.Close()
	redirect := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
	}
	for want, server := range map[string]*httptest.Server{
		"redirects to http://127.0.0.1": httptest.NewTLSServer(redirect(plain.URL)),
		"redirects to http://192.0.2.1": httptest.NewServer(redirect("http://192.0.2.1/")),
		"redirects to file://":          httptest.NewServer(redirect("file:///keys")),
		"more than 5 redirects":         httptest.NewServer(redirect("/again")),
		"status 404":                    httptest.NewServer(http.NotFoundHandler()),
		"status 204":                    httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })),
		"longer than 1048576 bytes": httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Write(append(set, bytes.Repeat([]byte(" "), maxFileBytes)...))
		})),
		"not a JWK Set": httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) })),
	} {
		if _, got := served(t, server); got.Err == nil || !strings.Contains(got.Err.Error(), want) {
			t.Errorf("got %v, want %q", got.Err, want)
		}
	}
	if _, got := served(t, httptest.NewServer(redirect(plain.URL))); got.Err != nil {
		t.Errorf("from this machine to this machine: %v", got.Err)
	}
	mistrusted := httptest.NewTLSServer(http.NotFoundHandler())
	mistrusted.TLS = nil // the client is not told of its certificate
	mistrusted.Config.ErrorLog = nil
	if _, got := served(t, mistrusted); got.Err == nil || !strings.Contains(got.Err.Error(), "certificate") {
		t.Errorf("an unknown certificate: %v", got.Err)
	}
}

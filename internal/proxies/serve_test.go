//go:build unix

package proxies_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"beckon/internal/protocol"
	"beckon/internal/testkit"
)

const pageTitle = "<title>beckon</title>"

// everywhere runs a test behind each proxy, in parallel.
func everywhere(t *testing.T, test func(t *testing.T, p *product)) {
	t.Helper()
	for _, p := range products {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			test(t, p)
		})
	}
}

func TestServes(t *testing.T) {
	everywhere(t, func(t *testing.T, p *product) {
		for _, m := range mounts {
			t.Run(m.name, func(t *testing.T) {
				s := newServer(t, m)
				f := p.newFront(t, m, s.address)
				t.Run("page", f.within(servesPage))
				t.Run("sockets", f.within(servesSockets))
				t.Run("origins", f.within(judgesOrigins))
				if m.path != "/" {
					t.Run("slash", f.within(findsSlash))
					t.Run("neighbor", f.within(leavesNeighbor))
				}
			})
		}
	})
}

// within makes a part of a test of a check on a proxy that is there already.
func (f *front) within(check func(f *front)) func(t *testing.T) {
	return func(t *testing.T) {
		part := *f
		part.t = t
		check(&part)
	}
}

func servesPage(f *front) {
	for path, want := range map[string]string{"": pageTitle, "lib/beckon.js": "export", "healthz": "ok"} {
		response, body := f.get(f.mount.path + path)
		if response.StatusCode != http.StatusOK || !strings.Contains(body, want) {
			f.t.Errorf("%s%s: %s, %.80q, want 200 and %q", f.mount.path, path, response.Status, body, want)
		}
		if policies := response.Header.Values("Content-Security-Policy"); len(policies) != 1 {
			f.t.Errorf("%s%s: the policies are %q, want one", f.mount.path, path, policies)
		}
	}
}

// servesSockets has a plain user and one of beckon.v1, who come by the two addresses, make a call.
func servesSockets(f *front) {
	ana := testkit.Dial(f.t, f.socket(""), f.through(nil)...)
	ana.Login("Ana")
	ben := f.open(testkit.V1())
	if got := ben.Subprotocol(); got != protocol.Subprotocol {
		f.t.Fatalf("the subprotocol is %q, want %q", got, protocol.Subprotocol)
	}
	ben.Login("Ben")
	ana.ExpectJoined("Ben")
	ana.Say(testkit.Message{"type": "offer", "name": "Ben", "offer": testkit.Message{"sdp": "one"}})
	ben.ExpectRelay("offer", "Ana")
	// An answer that fills more than one buffer of any proxy.
	long := strings.Repeat("a=candidate\r\n", 4000)
	ben.Say(testkit.Message{"type": "answer", "name": "Ana", "answer": testkit.Message{"sdp": long}})
	if answer := ana.ExpectRelay("answer", "Ben"); len(answer.JSON) < len(long) {
		f.t.Errorf("an answer of %d bytes arrived as %d", len(long), len(answer.JSON))
	}
	ben.Close(1000)
	ana.ExpectLeft("Ben")
	ana.Close(1000)
}

func judgesOrigins(f *front) {
	f.open(testkit.Header("Origin", "https://"+testHost)).Close(1000)
	for _, origin := range []string{
		"https://elsewhere.example", "https://" + testHost + ".elsewhere.example", "https://" + testHost + ":8443",
		"http://" + testHost, "null",
	} {
		if response := f.refused(testkit.Header("Origin", origin)); response.StatusCode != http.StatusForbidden {
			f.t.Errorf("a page of %s gets %s, want 403", origin, response.Status)
		}
	}
}

// findsSlash follows a link that has lost its last slash.
func findsSlash(f *front) {
	for _, query := range []string{"", "room=tea&lang=de"} {
		link := &url.URL{Scheme: "https", Host: testHost, Path: strings.TrimSuffix(f.mount.path, "/"), RawQuery: query}
		response, _ := f.get(link.RequestURI())
		target, err := link.Parse(response.Header.Get("Location"))
		if err != nil {
			f.t.Fatal(err)
		}
		target.Host = strings.TrimSuffix(target.Host, ":"+f.port) // the port of the block, which is 443 in life
		want := fmt.Sprintf("https://%s%s?%s", testHost, f.mount.path, query)
		if got := strings.TrimSuffix(target.String(), "?"); response.StatusCode/100 != 3 || got != strings.TrimSuffix(want, "?") {
			f.t.Errorf("%s: %s to %s, want a redirect to %s", link, response.Status, target, want)
		}
	}
}

// leavesNeighbor asks for what is not below the path.
func leavesNeighbor(f *front) {
	for _, path := range []string{"/", "/chatter", "/chatter/", "/lib/beckon.js", "/healthz"} {
		response, body := f.get(path)
		if policy := response.Header.Get("Content-Security-Policy"); policy != "" || strings.Contains(body, "beckon") {
			f.t.Errorf("%s is answered by beckon: %s, %.80q", path, response.Status, body)
		}
	}
}

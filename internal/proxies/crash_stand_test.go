//go:build unix

package proxies_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

// TestCrashStand has nginx and HAProxy serve a page, and does to them what each line of the standard input says, such
// as "kill nginx", "start nginx", "freeze haproxy" and "thaw haproxy": the browser tests run it with -hold. It says
// where they are, and after each line that it is done.
func TestCrashStand(t *testing.T) {
	fronts, addresses := map[string]*front{}, map[string]string{}
	for _, p := range []*product{nginx, haproxy} {
		f := p.newFront(t, mounts[0], newServer(t, mounts[0]).address)
		fronts[p.name] = f
		addresses[p.name] = fmt.Sprintf("https://%s:%s%s", testHost, f.port, f.mount.path)
	}
	var lines io.Reader = strings.NewReader("freeze nginx\nthaw nginx\nkill haproxy\nstart haproxy\n")
	out := io.Discard
	if *hold {
		lines, out = os.Stdin, os.Stdout
	}
	line, err := json.Marshal(addresses)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(out, "%s\n", line)
	for wishes := bufio.NewScanner(lines); wishes.Scan(); {
		what, whose, _ := strings.Cut(wishes.Text(), " ")
		f := fronts[whose]
		if f == nil {
			t.Fatalf("no proxy for %q", wishes.Text())
		}
		f.suffer(what)
		fmt.Fprintln(out, "done")
	}
	if *hold {
		return
	}
	for _, f := range fronts {
		if _, body := f.get(f.mount.path); !strings.Contains(body, pageTitle) {
			t.Errorf("%s: no page but %.80q", f.product.name, body)
		}
	}
}

func (f *front) suffer(what string) {
	f.t.Helper()
	switch what {
	case "kill":
		f.kill()
	case "start":
		f.start()
	case "freeze":
		f.freeze()
	case "thaw":
		f.thaw()
	default:
		f.t.Fatalf("a proxy can be killed, started, frozen and thawed, not %q", what)
	}
}

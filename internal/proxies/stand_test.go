//go:build unix

package proxies_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

var hold = flag.Bool("hold", false, "TestStand: keep the proxies until the standard input ends")

// TestStand has all proxies serve below a path at the same time, and says where: the browser tests run it with -hold.
// The certificates are for the host that it names, by an authority that no browser knows.
func TestStand(t *testing.T) {
	addresses := map[string]string{}
	for _, p := range products {
		for _, m := range mounts[1:] {
			f := p.newFront(t, m, newServer(t, m, quickPings...).address)
			if _, body := f.get(m.path); !strings.Contains(body, pageTitle) {
				t.Errorf("%s, %s: no page but %.80q", p.name, m.name, body)
			}
			addresses[p.name+", "+m.name] = fmt.Sprintf("https://%s:%s%s", testHost, f.port, m.path)
		}
	}
	line, err := json.Marshal(addresses)
	if err != nil {
		t.Fatal(err)
	}
	if *hold {
		fmt.Printf("%s\n", line)
		io.Copy(io.Discard, os.Stdin)
	}
}

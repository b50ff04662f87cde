package natlab_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
)

var hold = flag.Bool("hold", false, "TestStand: keep the lab until the standard input ends")

// TestStand makes homes for browsers, from each of which the page is reached. The browser tests run it with -hold: then
// it says where all is, and does what it reads, "renumber", "down" or "up" and the name of a host, until its input
// ends. It says "done" each time.
func TestStand(t *testing.T) {
	l, f := newLab(t), newFiles(t)
	l.newSiteWith(embedded, f, "--turn-credential-ttl=20s")
	homes, hosts := l.rooms()
	for name, host := range hosts {
		if body := page(t, host, f, homes[name].v4); !strings.Contains(body, "<title>") {
			t.Errorf("%s: no page but %.80q", name, body)
		}
	}
	if !*hold {
		return
	}
	line, err := json.Marshal(map[string]any{"url": "https://" + siteName + "/", "root": f.root, "hosts": hosts})
	l.must(err)
	fmt.Printf("%s\n", line)
	ups := map[string]func(){}
	for wishes := bufio.NewScanner(os.Stdin); wishes.Scan(); fmt.Println("done") {
		what, name, _ := strings.Cut(wishes.Text(), " ")
		h, ok := homes[name]
		switch {
		case ok && what == "renumber":
			h.renumber()
		case ok && what == "down":
			ups[name] = h.down()
		case ok && what == "up" && ups[name] != nil:
			ups[name]()
		default:
			t.Fatalf("what is %q?", wishes.Text())
		}
	}
}

// rooms are two homes of each kind, with two hosts in the first of them, one that has IPv6 only, and some for mishaps,
// by name.
func (l *lab) rooms() (homes map[string]*home, hosts map[string]namespace) {
	homes, hosts = map[string]*home{}, map[string]namespace{}
	add := func(name string, h *home) {
		for i, host := range h.hosts {
			full := name + strings.Repeat(", second host", i)
			homes[full], hosts[full] = h, host
		}
	}
	for _, k := range kinds {
		add(string(k)+" 1", l.home(k, onlyV4, 2))
		add(string(k)+" 2", l.home(k, onlyV4, 1))
	}
	add("IPv6", l.home(portCone, onlyV6, 1))
	for _, k := range []kind{portCone, symmetric} {
		add("unlucky "+string(k), l.home(k, onlyV4, 1))
	}
	return homes, hosts
}

// page is what a host gets from the site.
func page(t *testing.T, host namespace, f files, v4 bool) string {
	t.Helper()
	address := number4(siteNumber)
	if !v4 {
		address = number6(siteNumber)
	}
	roots := x509.NewCertPool()
	root, err := os.ReadFile(f.root)
	if err != nil {
		t.Fatal(err)
	}
	roots.AppendCertsFromPEM(root)
	client := http.Client{Timeout: patience, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots},
		DialContext: func(context.Context, string, string) (conn net.Conn, err error) {
			err = host.do(func() error {
				conn, err = net.Dial("tcp", net.JoinHostPort(address, "443"))
				return err
			})
			return conn, err
		},
	}}
	defer client.CloseIdleConnections()
	response, err := client.Get("https://" + siteName + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

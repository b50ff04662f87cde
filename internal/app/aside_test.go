package app_test

import (
	"net"
	"net/http"
	"regexp"
	"testing"
)

// Who watches the server may ask the listeners aside, by any name.
func TestProbesOfListenersAside(t *testing.T) {
	cert, key := selfSigned(t, "chat.example")
	for name, flags := range map[string][]string{
		"admin":    {"--admin=127.0.0.1:0", "--allowed-host=chat.example", "--base-path=/chat"},
		"redirect": {"--http-redirect=127.0.0.1:0", "--tls-cert=" + cert, "--tls-key=" + key},
	} {
		p := launch(t, nil, with(flags, "--listen=127.0.0.1:0")...)
		p.await("listening aside", 1)
		aside := regexp.MustCompile(`"address":"([^"]+)"[^}]*"listening aside"`).FindStringSubmatch(p.stderr.String())[1]
		for path, want := range map[string]int{"/healthz": http.StatusOK, "/readyz": http.StatusOK, "/": http.StatusMisdirectedRequest} {
			conn, err := net.Dial("tcp", aside)
			if err != nil {
				t.Fatal(err)
			}
			if status, text := get(t, conn, path, "10-1-2-3.pods.cluster.local"); status != want {
				t.Errorf("%s, %s: %d %q", name, path, status, text)
			}
			conn.Close()
		}
	}
}

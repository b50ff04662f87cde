package address

import (
	"crypto/tls"
	"net/http"
	"testing"
)

func TestOrigin(t *testing.T) {
	const proxy = "10.0.0.1:80"
	forged := []string{"X-Forwarded-Proto: https", "X-Forwarded-Host: evil.example"}
	for name, c := range map[string]struct {
		trusted string
		remote  string
		headers []string
		want    string
	}{
		"no proxy":               {"", "203.0.113.9:1", nil, "http://chat.example"},
		"forged":                 {"", "203.0.113.9:1", forged, "http://chat.example"},
		"forged past the proxy":  {"10.0.0.1", "203.0.113.9:1", forged, "http://chat.example"},
		"forged by loopback":     {"", "127.0.0.1:1", forged, "http://chat.example"},
		"proxy keeps the host":   {"10.0.0.1", proxy, []string{"X-Forwarded-Proto: https"}, "https://chat.example"},
		"proxy says nothing":     {"10.0.0.1", proxy, nil, "http://chat.example"},
		"proxy names the host":   {"10.0.0.1", proxy, []string{"X-Forwarded-Host: Pub.example:8443"}, "http://Pub.example:8443"},
		"IPv6 host":              {"10.0.0.1", proxy, []string{"X-Forwarded-Host: [2001:db8::1]:8443"}, "http://[2001:db8::1]:8443"},
		"both":                   {"10.0.0.1", proxy, []string{"X-Forwarded-Proto: HTTPS", "X-Forwarded-Host: pub.example"}, "https://pub.example"},
		"scheme of a WebSocket":  {"10.0.0.1", proxy, []string{"X-Forwarded-Proto: wss"}, "https://chat.example"},
		"scheme ws":              {"10.0.0.1", proxy, []string{"X-Forwarded-Proto: ws"}, "http://chat.example"},
		"forged and added to":    {"10.0.0.1", proxy, []string{"X-Forwarded-Host: evil.example, pub.example"}, "http://pub.example"},
		"forged, second line":    {"10.0.0.1", proxy, []string{"X-Forwarded-Host: evil.example", "X-Forwarded-Host: pub.example"}, "http://pub.example"},
		"empty items":            {"10.0.0.1", proxy, []string{"X-Forwarded-Host: pub.example , ,"}, "http://pub.example"},
		"scheme that is none":    {"10.0.0.1", proxy, []string{"X-Forwarded-Proto: javascript"}, "http://chat.example"},
		"host with a path":       {"10.0.0.1", proxy, []string{"X-Forwarded-Host: evil.example/x"}, "http://chat.example"},
		"host with a user":       {"10.0.0.1", proxy, []string{"X-Forwarded-Host: chat.example@evil.example"}, "http://chat.example"},
		"host with a space":      {"10.0.0.1", proxy, []string{"X-Forwarded-Host: a b"}, "http://chat.example"},
		"host that is not ASCII": {"10.0.0.1", proxy, []string{"X-Forwarded-Host: b\u00fccher.example"}, "http://chat.example"},
		"two proxies, one value": {"10.0.0.0/8", proxy, []string{
			"X-Forwarded-For: 203.0.113.9, 10.0.0.2", "X-Forwarded-Proto: https", "X-Forwarded-Host: pub.example",
		}, "https://pub.example"},
		"two proxies, a value each": {"10.0.0.0/8", proxy, []string{
			"X-Forwarded-For: 203.0.113.9, 10.0.0.2", "X-Forwarded-Proto: https, http", "X-Forwarded-Host: pub.example, inner.example",
		}, "https://pub.example"},
		"two proxies, forged and added to": {"10.0.0.0/8", proxy, []string{
			"X-Forwarded-For: 192.0.2.66, 203.0.113.9, 10.0.0.2", "X-Forwarded-Host: evil.example, pub.example, inner.example",
		}, "http://pub.example"},
		"outer proxy not trusted": {"10.0.0.1", proxy, []string{
			"X-Forwarded-For: 203.0.113.9, 10.0.0.2", "X-Forwarded-Host: evil.example, inner.example",
		}, "http://inner.example"},
	} {
		t.Run(name, func(t *testing.T) {
			scheme, host := trusting(t, c.trusted).Origin(request(c.remote, c.headers...))
			if got := scheme + "://" + host; got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestOriginOfTLS(t *testing.T) {
	for want, r := range map[string]*http.Request{
		"https": request("203.0.113.9:1", "X-Forwarded-Proto: http"),
		"http":  request("10.0.0.1:1", "X-Forwarded-Proto: http"), // TLS to the proxy says nothing of the client
	} {
		r.TLS = &tls.ConnectionState{}
		if scheme, _ := trusting(t, "10.0.0.1").Origin(r); scheme != want {
			t.Errorf("from %s: got %s, want %s", r.RemoteAddr, scheme, want)
		}
	}
}

func TestOriginOverUnixSocket(t *testing.T) {
	r := overUnix(request("@", "X-Forwarded-Proto: https", "X-Forwarded-Host: pub.example"))
	if scheme, host := trusting(t, "unix").Origin(r); scheme != "https" || host != "pub.example" {
		t.Errorf("trusted: got %s, %s", scheme, host)
	}
	if scheme, host := trusting(t, "private").Origin(r); scheme != "http" || host != "chat.example" {
		t.Errorf("not trusted: got %s, %s", scheme, host)
	}
}

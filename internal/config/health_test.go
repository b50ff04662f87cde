package config

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestLoadHealth(t *testing.T) {
	own := func(url string) Health { return Health{URL: url, Own: true} }
	for name, c := range map[string]struct {
		args, env []string
		want      Health
	}{
		"the defaults":       {nil, nil, own("http://127.0.0.1:9000/healthz")},
		"a platform's port":  {nil, []string{"PORT=8080"}, own("http://127.0.0.1:8080/healthz")},
		"a flag":             {[]string{"--listen=10.0.0.1:80"}, []string{"PORT=8080"}, own("http://10.0.0.1:80/healthz")},
		"all of IPv6":        {nil, []string{"BECKON_LISTEN=[::]:80"}, own("http://[::1]:80/healthz")},
		"all of IPv4":        {nil, []string{"BECKON_LISTEN=0.0.0.0:80"}, own("http://127.0.0.1:80/healthz")},
		"a base path":        {nil, []string{"BECKON_BASE_PATH=/chat"}, own("http://127.0.0.1:9000/chat/healthz")},
		"a certificate":      {[]string{"--tls-cert=c", "--tls-key=k"}, nil, own("https://127.0.0.1:9000/healthz")},
		"ACME":               {[]string{"--acme-domain=chat.example.org"}, nil, Health{URL: "https://127.0.0.1:9000/healthz", Own: true, ServerName: "chat.example.org"}},
		"a Unix socket":      {[]string{"--listen=unix:/run/b"}, nil, Health{URL: "http://localhost/healthz", Own: true, Socket: "/run/b"}},
		"proxies":            {[]string{"--proxy-protocol", "--trusted-proxy=loopback"}, nil, Health{URL: "http://127.0.0.1:9000/healthz", Own: true, Proxies: proxies("loopback")}},
		"a URL":              {[]string{"https://example.org/chat/?a=b"}, []string{"PORT=1"}, Health{URL: "https://example.org/chat/healthz"}},
		"a whole URL":        {[]string{"http://[::1]:80/healthz"}, nil, Health{URL: "http://[::1]:80/healthz"}},
		"a URL of a socket":  {[]string{"unix:/run/b"}, nil, Health{URL: "http://localhost/healthz", Socket: "/run/b"}},
		"an address":         {[]string{"h:80"}, nil, Health{URL: "http://h:80/healthz"}},
		"an address of IPv6": {[]string{"[::1]:80"}, nil, Health{URL: "http://[::1]:80/healthz"}},
		"a port":             {[]string{":80"}, nil, Health{URL: "http://localhost:80/healthz"}},
		"a URL, port 0 here": {[]string{"http://h", "--listen=:0"}, nil, Health{URL: "http://h/healthz"}},
		"a time":             {[]string{"--timeout=1s"}, []string{"BECKON_TIMEOUT=x"}, Health{URL: "http://127.0.0.1:9000/healthz", Own: true, Timeout: time.Second}},
	} {
		if c.want.Timeout == 0 {
			c.want.Timeout = 5 * time.Second
		}
		if got, err := LoadHealth(c.args, c.env, io.Discard); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, c.want)
		}
	}
	for want, args := range map[string][]string{
		"with --listen on port 0":      {"--listen=:0"},
		`such as http://localhost:90`:  {"example.org"},
		"such as http://localhost:9":   {"localhost:x"},
		"must be unix: and the whole":  {"unix:run"},
		"--timeout: must be from 10ms": {"--timeout=1h"},
		"unknown flag --bogus":         {"--bogus"},
		"--listen: must be HOST:PORT":  {"--listen=x"},
	} {
		_, err := LoadHealth(args, nil, io.Discard)
		if usage := new(UsageError); !errors.As(err, &usage) || !strings.Contains(usage.Error(), want) {
			t.Errorf("%q: %v, want %q", args, err, want)
		}
	}
}

func TestHealthHelp(t *testing.T) {
	var out bytes.Buffer
	if _, err := LoadHealth([]string{"-h"}, nil, &out); !errors.Is(err, ErrShown) || !strings.Contains(out.String(), "--timeout=TIME") || strings.Contains(out.String(), "--listen") {
		t.Errorf("%v, %s", err, &out)
	}
}

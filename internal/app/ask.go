package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"beckon/internal/address"
	"beckon/internal/config"
)

// AskHealth is for another process than the server's: it returns nil if the server that h names answers that it lives.
func AskHealth(ctx context.Context, h config.Health) error {
	ctx, cancel := context.WithTimeout(ctx, h.Timeout)
	defer cancel()
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return dialHealth(ctx, h, network, address)
		},
		// To its own machine's server it says nothing that is secret, and believes no more than that it lives.
		TLSClientConfig:   &tls.Config{ServerName: h.ServerName, InsecureSkipVerify: h.Own, MinVersion: tls.VersionTLS12},
		DisableKeepAlives: true,
	}
	client := http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		return nil
	}
	const enough = 1 << 10
	said, _ := io.ReadAll(io.LimitReader(response.Body, enough))
	first, _, _ := strings.Cut(strings.TrimSpace(string(said)), "\n")
	return fmt.Errorf("%s answers %s: %q", h.URL, response.Status, first)
}

// dialHealth connects, and says what a proxy that the server trusts has to say first.
func dialHealth(ctx context.Context, h config.Health, network, addr string) (net.Conn, error) {
	if h.Socket != "" {
		network, addr = "unix", h.Socket
	}
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil || len(h.Proxies) == 0 || !address.New(h.Proxies).TrustsPeer(conn.LocalAddr()) {
		return conn, err
	}
	if _, err := io.WriteString(conn, "PROXY UNKNOWN\r\n"); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

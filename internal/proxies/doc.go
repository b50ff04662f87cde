// Package proxies puts beckon behind nginx, Apache, Caddy and HAProxy: README.md has what to configure (at a host
// name of its own, below a path, through a Unix socket), and the tests start the four real servers with its very text.
//
// What the tests change in that text is listed where each server is described: host name, ports, files of certificates,
// and timeouts, all in one proportion. It has no code of its own.
package proxies

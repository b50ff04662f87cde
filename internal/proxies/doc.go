// Package proxies puts beckon behind nginx, Apache, Caddy and HAProxy: README.md continues the root README's section
// "Behind a reverse proxy" (below a path, through a Unix socket), and the tests start the four real servers with the very
// text of both pages.
//
// What the tests change in that text is listed where each server is described: host name, ports, files of certificates,
// and timeouts, all in one proportion. It has no code of its own.
package proxies

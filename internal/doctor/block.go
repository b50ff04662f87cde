package doctor

import (
	"embed"
	"net"
	"strings"
)

// blocks are the configurations of the documentation, the ones below a path included, by product and way. That they
// are the same as there is tested where the documentation is: in package proxies.
//
//go:embed blocks
var blocks embed.FS

// generalRule is the remedy for a proxy that there is no block for.
const generalRule = "A proxy must pass on WebSocket upgrades (the headers Upgrade and Connection, by HTTP/1.1), keep the Host header, set X-Forwarded-For and X-Forwarded-Proto, and wait for longer than the server's pings are apart. " +
	"The documentation has complete configurations for nginx, Apache, Caddy and HAProxy (Behind a reverse proxy)."

// Ways to put the server below a path of its host.
const (
	atRoot   = "root"
	stripped = "stripped" // the proxy takes the path away
	kept     = "kept"     // the server is started with --base-path
)

// Block is the configuration of a proxy (nginx, apache, caddy or haproxy) that has the server at the root, or below a
// path: stripped or kept. It is empty if there is none.
func Block(proxy, way string) string {
	text, err := blocks.ReadFile("blocks/" + proxy + "." + way + ".txt")
	if err != nil {
		return ""
	}
	return string(text)
}

// block is the configuration for the proxy that was recognized, with what is known of the target filled in.
func (x *examination) block() string {
	if x.product == "" {
		return ""
	}
	return x.target.fill(serverCommand[x.way()] + Block(string(x.product), x.way()))
}

// serverCommand begins each configuration with how the server behind it is started.
var serverCommand = map[string]string{
	atRoot:   "# for: beckon --listen 127.0.0.1:9000 --trusted-proxy 127.0.0.1\n",
	stripped: "# for: beckon --listen 127.0.0.1:9000 --trusted-proxy 127.0.0.1\n",
	kept:     "# for: beckon --listen 127.0.0.1:9000 --trusted-proxy 127.0.0.1 --base-path /chat\n",
}

// way is how the server is put below the target's path. Where that is not known it is the one that needs nothing of
// the server.
func (x *examination) way() string {
	switch {
	case x.target.path == "/":
		return atRoot
	case x.asked && x.who.BasePath != "":
		return kept
	}
	return stripped
}

// fill puts the target's host, port and path into a block of the documentation.
func (t target) fill(block string) string {
	host := t.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	pairs := []string{"/chat.example.org", "/" + host}
	if t.secure && t.port != "443" {
		pairs = append(pairs, "listen 443 ", "listen "+t.port+" ", "*:443>", "*:"+t.port+">", "bind :443 ", "bind :"+t.port+" ",
			"chat.example.org {", net.JoinHostPort(t.host, t.port)+" {")
	}
	pairs = append(pairs, "chat.example.org", host)
	if t.path != "/" {
		pairs = append(pairs, "/chat", strings.TrimSuffix(t.path, "/"))
	}
	return strings.NewReplacer(pairs...).Replace(block)
}

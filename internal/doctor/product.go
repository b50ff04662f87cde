package doctor

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// product is a reverse proxy that the doctor has a configuration for. The empty one is any other, or none.
type product string

// The products, by the names of their blocks.
const (
	nginx   product = "nginx"
	apache  product = "apache"
	caddy   product = "caddy"
	haproxy product = "haproxy"
)

// String is the product's own way to write its name.
func (p product) String() string {
	switch p {
	case apache:
		return "Apache"
	case caddy:
		return "Caddy"
	case haproxy:
		return "HAProxy"
	}
	return string(p)
}

// productMarks are words by which a product gives itself away in the headers Server and Via, in lower case.
var productMarks = []struct {
	word    string
	product product
}{{"nginx", nginx}, {"openresty", nginx}, {"apache", apache}, {"caddy", caddy}, {"haproxy", haproxy}}

// recognize finds the product that an answer comes from.
func recognize(a answer) product {
	for _, told := range append(a.header["Server"], a.header["Via"]...) {
		for _, mark := range productMarks {
			if strings.Contains(strings.ToLower(told), mark.word) {
				return mark.product
			}
		}
	}
	body := strings.ToLower(a.body)
	switch {
	case strings.Contains(body, "<center>nginx"):
		return nginx
	case strings.Contains(body, "<address>apache"):
		return apache
	case strings.HasPrefix(body, "<html><body><h1>") && strings.Contains(body, "</h1>\n"):
		return haproxy
	}
	return ""
}

// provoke sends what no server takes, since HAProxy shows itself in its errors only, and returns the answer.
func (x *examination) provoke(ctx context.Context) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, x.opts.Timeout)
	defer cancel()
	conn, err := x.dial(ctx)
	if err != nil {
		return answer{}, err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(x.opts.Timeout))
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nno header\r\n\r\n", x.target.path, x.target.authority()); err != nil {
		return answer{}, err
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	return answer{status: response.StatusCode, header: response.Header, body: string(body)}, err
}

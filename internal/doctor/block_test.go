package doctor

import (
	"strings"
	"testing"
)

var products = []product{nginx, apache, caddy, haproxy}

func TestBlocksAreFilled(t *testing.T) {
	for _, p := range products {
		for _, c := range []struct{ url, base, way string }{
			{"https://chat.company.example/", "", atRoot}, {"https://chat.company.example:8443/a/b/", "", stripped},
			{"https://chat.company.example:8443/a/b/", "/a/b", kept},
		} {
			target, err := parseTarget(c.url)
			if err != nil {
				t.Fatal(err)
			}
			x := &examination{target: target, product: p, asked: true, who: identity{BasePath: c.base}}
			if x.way() != c.way {
				t.Errorf("%s: %s, want %s", c.url, x.way(), c.way)
			}
			text := x.block()
			for _, wrong := range []string{"chat.example.org", "/chat/", "/chat ", "/chat$"} {
				if strings.Contains(text, wrong) {
					t.Errorf("%s, %s: %q is left in\n%s", p, c.url, wrong, text)
				}
			}
			for _, right := range append(map[bool][]string{true: {"8443", "/a/b"}, false: nil}[c.way != atRoot], "chat.company.example", "127.0.0.1:9000", "--trusted-proxy") {
				if p == haproxy && right == "chat.company.example" {
					right = "chat.company.example.pem"
				}
				if !strings.Contains(text, right) {
					t.Errorf("%s, %s: no %q in\n%s", p, c.url, right, text)
				}
			}
			if (c.way == kept) != strings.Contains(text, "--base-path /a/b") {
				t.Errorf("%s, %s: --base-path in\n%s", p, c.url, text)
			}
		}
	}
}

func TestUnknownProxy(t *testing.T) {
	x := &examination{report: &Report{}}
	x.problem(UpgradeDropped, "Pass it on.", "It is dropped.")
	x.problem(UpgradeDropped, "Pass it on.", "It is dropped.")
	if f := x.report.Findings; f[0].Configuration != "" || !strings.HasSuffix(f[0].Remedy, generalRule) || strings.Contains(f[1].Remedy, generalRule) {
		t.Errorf("%+v", f)
	}
	for _, p := range products {
		if !strings.Contains(generalRule, p.String()) {
			t.Errorf("the general rule does not name %s", p)
		}
	}
}

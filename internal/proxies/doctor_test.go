//go:build unix

package proxies_test

import (
	"encoding/json"
	"errors"
	"flag"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"beckon/internal/doctor"
	"beckon/internal/testkit"
)

var update = flag.Bool("update", false, "TestDoctorHasTheBlocks: write them anew from the pages")

// What the doctor prints is the text of the pages.
func TestDoctorHasTheBlocks(t *testing.T) {
	for _, p := range products {
		for _, m := range mounts {
			want := p.block(t, m)
			if *update {
				path := filepath.Join("..", "doctor", "blocks", p.name+"."+m.name+".txt")
				if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got := doctor.Block(p.name, m.name); got != want {
				t.Errorf("%s, %s: the doctor has\n%s\nand the pages\n%s\nRun go test ./internal/proxies -run DoctorHas -update", p.name, m.name, got, want)
			}
		}
	}
}

// examined is what the doctor finds out, coming from another machine than the proxy's.
func (f *front) examined(idle time.Duration) *doctor.Report {
	f.t.Helper()
	report, err := doctor.Examine(f.t.Context(), doctor.Options{
		URL: "https://" + testHost + f.mount.path, Connect: f.addr(), CAFile: f.pki.rootCert, Idle: idle, Timeout: testkit.Patience,
		Dial: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP("127.0.0.2")}}).DialContext,
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return report
}

// faults are the codes of problems and warnings, but for certificates, which the tests make for a day.
func faults(report *doctor.Report) (codes []doctor.Code) {
	for _, f := range report.Findings {
		if (f.Level == doctor.Problem || f.Level == doctor.Warning) && f.Code != doctor.CertificateEnding {
			codes = append(codes, f.Code)
		}
	}
	return codes
}

func show(report *doctor.Report) string {
	text, err := report.JSON()
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// With the pages' text nothing is found wrong.
func TestDoctorFindsNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, p *product) {
		for _, m := range mounts {
			idle := map[bool]time.Duration{true: quickTimeout * 3 / 2}[m.name == "root"]
			report := p.newFront(t, m, newServer(t, m, quickPings...).address).examined(idle)
			forged := slices.ContainsFunc(report.Findings, func(f doctor.Finding) bool { return f.Code == doctor.ForgedOriginBelieved })
			if report.Proxy != p.name || report.Exit != doctor.ExitFine || faults(report) != nil || forged {
				t.Errorf("%s: proxy %q, exit code %d\n%s", m.name, report.Proxy, report.Exit, show(report))
			}
			wanted := []doctor.Code{doctor.ForwardedOK, doctor.ForgedAddressRefused, doctor.UpgradeOK, doctor.RelayOK, doctor.ResumeOK}
			switch {
			case m.path != "/":
				wanted = append(wanted, doctor.SlashOK)
			case p.cutsIdle:
				wanted = append(wanted, doctor.IdleOK, doctor.SilenceCut)
			default:
				wanted = append(wanted, doctor.IdleOK, doctor.SilenceOK)
			}
			for _, code := range wanted {
				if !slices.ContainsFunc(report.Findings, func(f doctor.Finding) bool { return f.Code == code }) {
					t.Errorf("%s: no %s\n%s", m.name, code, show(report))
				}
			}
		}
	})
}

// Nor where the proxy tells of clients by the PROXY protocol.
func TestDoctorFindsNothingByPROXYProtocol(t *testing.T) {
	report := haproxy.newFront(t, announced, newServer(t, announced).address).examined(0)
	if report.Exit != doctor.ExitFine || faults(report) != nil {
		t.Error(show(report))
	}
}

// altered is a product whose block was changed.
func (p *product) altered(edits ...swap) *product {
	q := *p
	q.around = func(f *front, block string) string { return p.around(f, swapped(f.t, block, edits)) }
	return &q
}

// A block that lacks something is found out, and the remedy has it.
func TestDoctorFindsFaults(t *testing.T) {
	const line = `[^\n]*\n`
	root, below, idle := mounts[0], mounts[1], quickTimeout*2
	for name, c := range map[string]struct {
		product *product
		mount   mount
		idle    time.Duration
		want    []doctor.Code // the first of them is cured by
		remedy  string
	}{
		"nginx without Upgrade": {nginx.altered(swap{`proxy_set_header Upgrade` + line, ""}, swap{`proxy_set_header Connection` + line, ""}), root, 0,
			[]doctor.Code{doctor.UpgradeDropped}, "proxy_set_header Upgrade $http_upgrade;"},
		"nginx without Host": {nginx.altered(swap{`proxy_set_header Host` + line, ""}), root, 0,
			[]doctor.Code{doctor.OriginRefused}, "proxy_set_header Host $http_host;"},
		"nginx in a hurry": {nginx.altered(swap{`proxy_read_timeout` + line, "proxy_read_timeout 2s;\n"}), root, idle,
			[]doctor.Code{doctor.IdleCut}, "proxy_read_timeout 60s;"},
		"nginx without addresses": {nginx.altered(swap{`proxy_set_header X-Forwarded-For` + line, ""}), root, 0,
			[]doctor.Code{doctor.ForwardedMissing, doctor.ForgedAddressBelieved}, "$proxy_add_x_forwarded_for"},
		"apache without upgrade": {apache.altered(swap{` upgrade=websocket`, ""}), root, 0,
			[]doctor.Code{doctor.UpgradeDropped}, "upgrade=websocket"},
		"apache without the redirect": {apache.altered(swap{`RedirectMatch` + line, ""}), below, 0,
			[]doctor.Code{doctor.SlashLost}, "RedirectMatch 308 ^/chat$ /chat/"},
		"apache without the scheme": {apache.altered(swap{`RequestHeader set X-Forwarded-Proto` + line, ""}), root, 0,
			[]doctor.Code{doctor.SchemeLost}, "RequestHeader set X-Forwarded-Proto https"},
		"haproxy without addresses": {haproxy.altered(swap{`option forwardfor`, ""}), root, 0,
			[]doctor.Code{doctor.ForwardedMissing, doctor.ForgedAddressBelieved}, "option forwardfor"},
		"haproxy in a hurry": {haproxy.altered(swap{`timeout tunnel` + line, "timeout tunnel 2s\n"}), root, idle,
			[]doctor.Code{doctor.IdleCut}, "timeout tunnel 60s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := c.product.newFront(t, c.mount, newServer(t, c.mount).address)
			f.expectFaults(f.examined(c.idle), c.remedy, c.want...)
		})
	}
}

// expectFaults expects these problems and warnings, and a configuration that has the remedy of the first of them.
func (f *front) expectFaults(report *doctor.Report, remedy string, want ...doctor.Code) {
	f.t.Helper()
	if got := faults(report); !slices.Equal(got, want) {
		f.t.Errorf("%v, want %v\n%s", got, want, show(report))
		return
	}
	for _, finding := range report.Findings {
		if finding.Code != want[0] {
			continue
		}
		cure := f.product.block(f.t, f.mount)
		cure = strings.ReplaceAll(cure, "chat.example.org", testHost)
		if !strings.HasSuffix(finding.Configuration, cure) || !strings.Contains(cure, remedy) {
			f.t.Errorf("%s is to be cured by\n%s\nwant\n%s", finding.Code, finding.Configuration, cure)
		}
	}
}

// Two sides that do not agree on what becomes of the path.
func TestDoctorFindsFaultsOfPaths(t *testing.T) {
	t.Run("nginx without the last slash", func(t *testing.T) {
		t.Parallel()
		s := newServer(t, mounts[1])
		f := nginx.altered(swap{`proxy_pass http://\S+/;`, "proxy_pass http://" + s.address + ";"}).newFront(t, mounts[1], s.address)
		f.expectFaults(f.examined(0), "proxy_pass http://127.0.0.1:9000/;", doctor.PrefixNotStripped, doctor.UpgradeNotFound)
	})
	t.Run("a server for a path", func(t *testing.T) {
		t.Parallel()
		f := haproxy.newFront(t, mounts[1], newServer(t, mounts[2]).address)
		f.expectFaults(f.examined(0), "", doctor.PrefixLost, doctor.UpgradeNotFound)
	})
}

// Apache and Caddy tell the host in another header, too, which counts if the server trusts them. Here it does not.
func TestDoctorFindsAnotherHost(t *testing.T) {
	for p, c := range map[*product]struct{ pattern, with, remedy string }{
		apache: {`ProxyPreserveHost On`, "", "ProxyPreserveHost On"},
		caddy:  {`reverse_proxy \S+`, "reverse_proxy %s {\n header_up Host backend\n}", "reverse_proxy 127.0.0.1:9000"},
	} {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			s := bareServer(t, "--listen=127.0.0.1:0")
			edit := swap{c.pattern, strings.Replace(c.with, "%s", s.address, 1)}
			f := p.altered(edit).newFront(t, mounts[0], s.address)
			f.expectFaults(f.examined(0), c.remedy, doctor.OriginRefused, doctor.ProxyUntrusted)
		})
	}
}

// The server is down: each proxy has its own way to say so, and is recognized by it.
func TestDoctorFindsServerDown(t *testing.T) {
	everywhere(t, func(t *testing.T, p *product) {
		f := p.newFront(t, mounts[0], "127.0.0.1:"+testkit.FreePort(t))
		report := f.examined(0)
		if report.Proxy != p.name || report.Exit != doctor.ExitProblems || !slices.Contains(faults(report), doctor.BackendDown) {
			t.Errorf("proxy %q\n%s", report.Proxy, show(report))
		}
	})
}

// The program, as an operator runs it.
func TestDoctorCommand(t *testing.T) {
	m := mounts[1]
	f := nginx.newFront(t, m, newServer(t, m).address)
	run := func(args ...string) (stdout string, code int) {
		command := exec.CommandContext(t.Context(), beckon(t), append([]string{"doctor"}, args...)...)
		output, err := command.Output()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return string(output), command.ProcessState.ExitCode()
	}
	reach := []string{"--connect", f.addr(), "--ca-file", f.pki.rootCert}
	text, code := run(append(reach, "--json", testHost+"/chat")...)
	var report doctor.Report
	if err := json.Unmarshal([]byte(text), &report); err != nil || code != doctor.ExitFine || report.Exit != code || report.Proxy != "nginx" {
		t.Errorf("exit code %d, %v\n%s", code, err, text)
	}
	text, code = run(append(reach, "https://"+testHost+"/elsewhere/")...)
	if code != doctor.ExitProblems || !strings.Contains(text, "Remedy: ") || !strings.Contains(text, "location /elsewhere/ {") || strings.Contains(text, "\x1b") {
		t.Errorf("exit code %d\n%s", code, text)
	}
	if text, code = run("127.0.0.1:" + testkit.FreePort(t)); code != doctor.ExitUnreachable {
		t.Errorf("exit code %d\n%s", code, text)
	}
	for _, args := range [][]string{{}, {"ftp://example.org"}, {"--idle=1h", testHost}, {"--token-file=/nowhere/at/all", testHost}} {
		if text, code = run(args...); code != doctor.ExitUsage || text != "" {
			t.Errorf("%q: exit code %d\n%s", args, code, text)
		}
	}
}

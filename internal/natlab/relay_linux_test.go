package natlab_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
)

// relay is what a site hands out to its clients.
type relay string

const (
	embedded relay = "embedded" // the program's own
	coturn   relay = "coturn"   // one at turn.beckon.test, for which the program makes credentials
)

// secret signs credentials.
const secret = "the secret of a lab, known to nobody else"

// newSiteWith starts the program with a relay, and with more flags.
func (l *lab) newSiteWith(r relay, f files, flags ...string) *site {
	l.t.Helper()
	file := filepath.Join(l.t.TempDir(), "secret")
	l.must(os.WriteFile(file, []byte(secret+"\n"), 0o600))
	flags = append(flags, "--turn-secret-file="+file)
	if r == coturn {
		l.startCoturn(f)
		return l.newSite(f, append(flags,
			"--ice-server=stun:"+relayName+":3478",
			"--ice-server=turn:"+relayName+":3478?transport=udp",
			"--ice-server=turn:"+relayName+":3478?transport=tcp",
			"--ice-server=turns:"+relayName+":443?transport=tcp",
		)...)
	}
	return l.newSite(f, append(flags, "--turn", "--turn-host="+siteName,
		"--turn-public-ip="+number4(siteNumber), "--turn-public-ip="+number6(siteNumber))...)
}

// startCoturn starts one and waits until it listens.
func (l *lab) startCoturn(f files) {
	l.t.Helper()
	host := l.server("turn", relayNumber)
	program, err := exec.LookPath("turnserver")
	l.must(err)
	dir := l.t.TempDir()
	launch(l.t, host, nil, func(string) {}, program,
		"-n", "--no-cli", "--log-file=stdout", "--simple-log", "--pidfile="+dir+"/pid", "--userdb="+dir+"/users",
		"--use-auth-secret", "--static-auth-secret="+secret, "--realm="+relayName,
		"--listening-ip="+number4(relayNumber), "--listening-ip="+number6(relayNumber),
		"--relay-ip="+number4(relayNumber), "--relay-ip="+number6(relayNumber),
		"--no-stdout-log", "--tls-listening-port=443", "--cert="+f.cert, "--pkey="+f.key)
	eventually(l.t, "coturn listens", patience, func() bool {
		return host.do(func() error {
			conn, err := net.Dial("tcp", number4(relayNumber)+":443")
			if err == nil {
				conn.Close()
			}
			return err
		}) == nil
	})
}

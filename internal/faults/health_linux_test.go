package faults_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// A service manager with a watchdog is told that the server is well, again and again.
func TestWatchdogIsFed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer manager.Close()
	_, write := pipe(t)
	newUnread(t, streams{stderr: write}, []string{"NOTIFY_SOCKET=" + path, "WATCHDOG_USEC=1000000"})
	manager.SetReadDeadline(time.Now().Add(testkit.Patience))
	for times, buffer := 0, make([]byte, 1000); times < 5; {
		n, err := manager.Read(buffer)
		if err != nil {
			t.Fatalf("told to wait %d times: %v", times, err)
		}
		if string(buffer[:n]) == "WATCHDOG=1" {
			times++
		}
	}
}

// In a server that has no descriptors left, connections that are silent between two requests give theirs up: whoever
// comes is served, and so are the users who are there.
func TestHealthWithoutDescriptors(t *testing.T) {
	t.Parallel()
	_, write := pipe(t)
	u := prepareUnread(t)
	u.command = exec.Command("/bin/sh", append([]string{"-c", `ulimit -n 40; exec "$0" "$@"`}, u.command.Args...)...)
	u.run(streams{stderr: write}, nil)
	u.awaitReady()
	ana, ben := u.user("ana"), u.user("ben")
	ana.ExpectJoined("ben")
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: testkit.Patience}
	expectOK := func() {
		t.Helper()
		response, err := client.Get("http://" + u.addr + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if body, err := io.ReadAll(response.Body); err != nil || string(body) != "ok\n" {
			t.Fatalf("its health is %q, %v", body, err)
		}
	}
	expectOK()
	const more = 3 * 40 // than there are descriptors
	for range more {
		conn, err := net.Dial("tcp", u.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(testkit.Patience))
		io.WriteString(conn, "GET /readyz HTTP/1.1\r\nHost: beckon.test\r\n\r\n")
		if _, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		time.Sleep(time.Second) // for which an answer is good
		expectOK()
		send(ana, "ben", 0, 1)
		take(t, ben, "ana", 0, 1)
	}
}

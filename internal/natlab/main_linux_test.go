package natlab_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"testing"
)

// The main thread of a process tells in which network the process is: it is not to be lent to [namespace.do].
func init() { runtime.LockOSThread() }

// TestMain is a peer where it is told to be. Else it sees whether there can be a lab at all.
func TestMain(m *testing.M) {
	if task := os.Getenv(peerTask); task != "" {
		os.Exit(bePeer(task))
	}
	flag.Parse()
	if err := allowed(); err != nil {
		leaveOut(err)
	}
	flag.Set("test.parallel", "8") // they hardly do anything but wait
	code := m.Run()
	os.RemoveAll(built.dir)
	os.Exit(code)
}

// allowed tells why there can be no lab, and removes what earlier runs have left.
func allowed() error {
	if os.Geteuid() != 0 {
		return errors.New("only root may make network namespaces: run make natlab as root")
	}
	for _, program := range []string{"ip", "nft", "turnserver"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("%s is not installed: run make deps", program)
		}
	}
	if err := removeLeftovers(); err != nil {
		return err
	}
	probe, err := newNamespace(ownPrefix() + "probe")
	if err == nil {
		err = probe.nft(ruleset(symmetric) + openPorts)
	}
	return errors.Join(err, probe.remove())
}

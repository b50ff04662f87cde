package natlab_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// Where `ip netns` keeps namespaces, and the files that it puts over those of /etc for whoever it runs in one.
const (
	namespaces = "/run/netns"
	overlays   = "/etc/netns"
)

// namespace is a network of its own: that of a host, of a router, or the internet. It is known to `ip netns` by name.
type namespace string

// newNamespace makes one.
func newNamespace(name string) (namespace, error) {
	ns := namespace(name)
	overlay := filepath.Join(overlays, name)
	if err := os.MkdirAll(overlay, 0o755); err != nil {
		return ns, err
	}
	for file, content := range map[string]string{"hosts": hostsFile, "resolv.conf": resolvFile} {
		if err := os.WriteFile(filepath.Join(overlay, file), []byte(content), 0o644); err != nil {
			return ns, err
		}
	}
	if err := run("", "ip", "netns", "add", name); err != nil {
		return ns, err
	}
	return ns, ns.ip("link set lo up")
}

// remove ends what runs in it and takes it away.
func (ns namespace) remove() error {
	if pids, err := exec.Command("ip", "netns", "pids", string(ns)).Output(); err == nil {
		for _, pid := range strings.Fields(string(pids)) {
			exec.Command("kill", "-9", pid).Run() // it may be gone by now
		}
	}
	err := run("", "ip", "netns", "delete", string(ns))
	os.RemoveAll(filepath.Join(overlays, string(ns)))
	return err
}

// ip runs lines of the ip command there.
func (ns namespace) ip(lines ...string) error {
	return run(strings.Join(lines, "\n")+"\n", "ip", "-n", string(ns), "-batch", "-")
}

// nft loads a ruleset there.
func (ns namespace) nft(ruleset string) error {
	return run(ruleset, "ip", "netns", "exec", string(ns), "nft", "-f", "-")
}

// set writes values to files below /proc/sys/net.
func (ns namespace) set(values map[string]string) error {
	return ns.do(func() error {
		for file, value := range values {
			if err := os.WriteFile("/proc/sys/net/"+file, []byte(value), 0o644); err != nil {
				return err
			}
		}
		return nil
	})
}

// do calls f on a thread that is in the namespace: sockets that f opens belong there, also when it has returned.
// f must start neither goroutines that open sockets nor processes.
func (ns namespace) do(f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		home, err := enter("/proc/thread-self/ns/net", filepath.Join(namespaces, string(ns)))
		if err != nil {
			done <- fmt.Errorf("enter %s: %w", ns, err)
			return
		}
		err = f()
		// The thread goes on: processes that it has started would end with it.
		if unix.Setns(home, unix.CLONE_NEWNET) == nil {
			runtime.UnlockOSThread()
		}
		unix.Close(home)
		done <- err
	}()
	return <-done
}

// enter moves the thread to another namespace and returns the one that it was in, open.
func enter(from, to string) (home int, err error) {
	if home, err = unix.Open(from, unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
		return 0, err
	}
	fd, err := unix.Open(to, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err == nil {
		err = unix.Setns(fd, unix.CLONE_NEWNET)
		unix.Close(fd)
	}
	return home, err
}

// command is a program that will run there.
func (ns namespace) command(program string, args ...string) *exec.Cmd {
	return exec.Command("ip", append([]string{"netns", "exec", string(ns), program}, args...)...)
}

// run runs a command, and tells what it complained of.
func run(stdin, program string, args ...string) error {
	cmd := exec.Command(program, args...)
	cmd.Stdin = strings.NewReader(stdin)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", program, strings.Join(args, " "), err, output)
	}
	return nil
}

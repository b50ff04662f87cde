package fault

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// notes is an Observer that keeps what it is told.
type notes []Report

func (n *notes) Caught(r Report) { *n = append(*n, r) }

// guarded calls f inside a boundary.
func guarded(o Observer, f func()) (caught bool) {
	defer func() { caught = Caught(o, Reader, recover()) }()
	f()
	return false
}

func burst(with any) { panic(with) }

// secret is an error whose text is a user's.
type secret struct{}

func (secret) Error() string { return "hunter2" }

func TestCaught(t *testing.T) {
	seen := new(notes)
	if guarded(seen, func() {}) || guarded(nil, func() {}) || len(*seen) > 0 {
		t.Errorf("caught without a fault: %v", seen)
	}
	if !guarded(nil, func() { burst("x") }) {
		t.Error("not caught without an observer")
	}
	var index = 7
	for _, c := range []struct {
		f    func()
		what string
	}{
		{func() { burst("hunter2") }, "panic with a string"},
		{func() { burst(secret{}) }, "panic with a fault.secret"},
		{func() { burst([]int{1}[index]) }, "runtime error: index out of range [7] with length 1"},
		{func() { burst(any("hunter2").(int)) }, "interface conversion: interface {} is string, not int"},
		{func() { burst(nil) }, "panic called with nil argument"},
	} {
		*seen = nil
		if !guarded(seen, c.f) || len(*seen) != 1 {
			t.Fatalf("%s: caught %v", c.what, seen)
		}
		r := (*seen)[0]
		if r.Where != Reader || r.What != c.what {
			t.Errorf("%v %q, want %q", r.Where, r.What, c.what)
		}
		if !strings.Contains(string(r.Stack), "fault.TestCaught.func") || strings.Contains(string(r.Stack), "hunter2") {
			t.Errorf("%s: stack\n%s", c.what, r.Stack)
		}
	}
}

func TestPlacesHaveLabels(t *testing.T) {
	seen := make(map[string]bool)
	for _, p := range Places() {
		if seen[p.String()] {
			t.Errorf("two places are %q", p)
		}
		seen[p.String()] = true
	}
}

func TestMutexExcludes(t *testing.T) {
	var m Mutex
	n, done := 0, make(chan struct{})
	for range 4 {
		go func() {
			for range 1000 {
				add(&m, &n)
			}
			done <- struct{}{}
		}()
	}
	for range 4 {
		<-done
	}
	if n != 4000 {
		t.Errorf("counted %d", n)
	}
}

func add(m *Mutex, n *int) {
	m.Lock()
	defer m.Unlock()
	*n++
}

const inChild = "BECKON_TEST_FAULT"

// A fault under a Mutex ends the process, whatever boundaries there are, and shows where it was and no user's text.
func TestFaultUnderMutexEndsTheProcess(t *testing.T) {
	if os.Getenv(inChild) != "" {
		guarded(nil, func() {
			var m Mutex
			m.Lock()
			defer m.Unlock()
			burst("hunter2")
		})
		return // and so succeed, which is the failure
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), inChild+"=1")
	said, err := child.CombinedOutput()
	if err == nil || !strings.Contains(string(said), "a fault in what all share: panic with a string") ||
		!strings.Contains(string(said), "fault.burst(") || strings.Contains(string(said), "hunter2") {
		t.Errorf("%v\n%s", err, said)
	}
}

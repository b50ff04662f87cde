package natlab_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// namePrefix begins the name of every namespace of every run; the process that made it follows, and when that started.
const namePrefix = "beckon-natlab-"

// startTime tells a process from an earlier one of the same number; it is 0 if there is none.
func startTime(pid int) string {
	const field = 19 // of those that follow the name of the program: starttime in proc(5)
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "0"
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) <= field {
		return "0"
	}
	return fields[field]
}

// removeLeftovers removes the namespaces of runs that have ended without doing so.
func removeLeftovers() error {
	made, err := filepath.Glob(filepath.Join(namespaces, namePrefix+"*"))
	if err != nil {
		return err
	}
	for _, path := range made {
		name := filepath.Base(path)
		var pid int
		if _, err := fmt.Sscanf(name, namePrefix+"%d-", &pid); err != nil {
			continue
		}
		if strings.HasPrefix(name, fmt.Sprintf("%s%d-%s-", namePrefix, pid, startTime(pid))) {
			continue // that run goes on
		}
		if err := namespace(name).remove(); err != nil {
			return err
		}
	}
	return nil
}

func TestLeftoversOfACrashAreRemoved(t *testing.T) {
	dead, err := newNamespace(fmt.Sprintf("%s%d-%s-1-net", namePrefix, os.Getpid(), "1")) // this process, before it started
	if err != nil {
		t.Fatal(err)
	}
	sleeper := dead.command("sleep", "60")
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	ours := newLab(t).server("site", siteNumber)
	if err := removeLeftovers(); err != nil {
		t.Fatal(err)
	}
	if err := sleeper.Wait(); err == nil {
		t.Error("what ran in it goes on")
	}
	for _, gone := range []string{filepath.Join(namespaces, string(dead)), filepath.Join(overlays, string(dead))} {
		if _, err := os.Stat(gone); !os.IsNotExist(err) {
			t.Errorf("%s is still there (%v)", gone, err)
		}
	}
	if _, err := os.Stat(filepath.Join(namespaces, string(ours))); err != nil {
		t.Errorf("the namespaces of a run that goes on are gone: %v", err)
	}
}

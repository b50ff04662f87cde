package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// MachineCPU is the processor time that everything on this machine has used so far, to a hundredth of a second.
func MachineCPU() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	return readStat(string(text))
}

// readStat reads the first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal and, counted in
// the first two already, guests.
func readStat(text string) (time.Duration, error) {
	line, _, _ := strings.Cut(text, "\n")
	words := strings.Fields(line)
	if len(words) < 9 || words[0] != "cpu" {
		return 0, fmt.Errorf("/proc/stat begins with %q", line)
	}
	const idle, iowait, steal = 4, 5, 8
	var ticks int64
	for i, word := range words[1 : steal+1] {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("/proc/stat begins with %q", line)
		}
		if i+1 != idle && i+1 != iowait {
			ticks += n
		}
	}
	return time.Duration(ticks) * (time.Second / 100), nil
}

// RSS is what is resident now, in bytes. It costs the process nothing, unlike Memory, and may be a little off.
func (s *Server) RSS() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", s.PID))
	if err != nil {
		return 0, err
	}
	words := strings.Fields(string(text))
	if len(words) < 2 {
		return 0, fmt.Errorf("/proc/%d/statm is %q", s.PID, text)
	}
	pages, err := strconv.ParseInt(words[1], 10, 64)
	return pages * int64(os.Getpagesize()), err
}

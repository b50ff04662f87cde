// Package process watches the process of a server from outside: the processor time and memory that it uses, and what
// it says of itself.
package process

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Patience is how long a server may take to start, and to stop.
const Patience = 15 * time.Second

// Server is a process on this machine. Its methods are not safe for concurrent use.
type Server struct {
	// PID is the process.
	PID int
	// Started is how long it took from the start of the process to the first connection that it accepted, 0 if
	// it ran before.
	Started time.Duration

	command *exec.Cmd
	ended   chan struct{} // closed once command has ended
	err     error         // of command; to be read after ended
}

// Watch returns the process with the given number, which is nobody's to stop.
func Watch(pid int) (*Server, error) {
	s := &Server{PID: pid}
	if _, err := s.CPU(); err != nil {
		return nil, fmt.Errorf("process %d: %w", pid, err)
	}
	return s, nil
}

// Start starts a server by a command line, split at spaces, and waits until it accepts connections at an address. Its
// output goes to output, which may be nil. A command such as taskset, which becomes the server, is fine; one that
// starts it as a child is not.
func Start(commandLine, address string, output *os.File) (*Server, error) {
	words := strings.Fields(commandLine)
	if len(words) == 0 {
		return nil, errors.New("there is no command to start the server with")
	}
	if conn, err := net.Dial("tcp", address); err == nil {
		conn.Close()
		return nil, fmt.Errorf("something listens on %s already", address)
	}
	s := &Server{command: exec.Command(words[0], words[1:]...), ended: make(chan struct{})}
	if output != nil {
		s.command.Stdout, s.command.Stderr = output, output
	}
	bind(s.command)
	begun := time.Now()
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	s.PID = s.command.Process.Pid
	go func() {
		s.err = s.command.Wait()
		close(s.ended)
	}()
	if err := s.await(address); err != nil {
		s.Stop()
		return nil, err
	}
	s.Started = time.Since(begun)
	return s, nil
}

// await waits until the server accepts connections.
func (s *Server) await(address string) error {
	for deadline := time.Now().Add(Patience); time.Now().Before(deadline); {
		if conn, err := net.Dial("tcp", address); err == nil {
			return conn.Close()
		}
		select {
		case <-s.ended:
			return fmt.Errorf("the server ended before it listened on %s: %v", address, s.err)
		case <-time.After(time.Millisecond):
		}
	}
	return fmt.Errorf("the server does not listen on %s after %v", address, Patience)
}

// Stop ends a server that Start has started, and waits for it.
func (s *Server) Stop() {
	if s.command == nil {
		return
	}
	s.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(Patience):
		s.command.Process.Kill()
		<-s.ended
	}
}

// CPU is the processor time that the process has used so far, all its threads together.
func (s *Server) CPU() (time.Duration, error) { return cpuTime(s.PID) }

// Memory is what a process occupies, in bytes.
type Memory struct {
	RSS int64 // resident, shared pages included
	PSS int64 // the same, shared pages divided by how many processes share them
}

// Memory reads /proc/PID/smaps_rollup.
func (s *Server) Memory() (Memory, error) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/smaps_rollup", s.PID))
	if err != nil {
		return Memory{}, err
	}
	defer file.Close()
	return readRollup(file)
}

func readRollup(r io.Reader) (Memory, error) {
	var m Memory
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) != 3 || words[2] != "kB" {
			continue
		}
		kb, err := strconv.ParseInt(words[1], 10, 64)
		if err != nil {
			return Memory{}, err
		}
		switch words[0] {
		case "Rss:":
			m.RSS = kb << 10
		case "Pss:":
			m.PSS = kb << 10
		}
	}
	if m.RSS == 0 {
		return Memory{}, errors.New("smaps_rollup does not say what is resident")
	}
	return m, lines.Err()
}

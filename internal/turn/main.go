package turn

import (
	"encoding/json"
	"fmt"
	"io"
	"os/signal"
	"syscall"
	"time"
)

// Exit codes of Main.
const (
	exitDone   = 0
	exitFailed = 1
)

const (
	reportEvery = time.Second
	lookEvery   = 10 * time.Second // at this machine's addresses
)

// Main is a relay process, with the sockets that its parent has opened (see [Sockets]). Its settings are JSON on stdin;
// what follows are Updates. It ends when stdin does, which is when the parent ends, however it does; the
// signals that a terminal or a service manager sends to all are the parent's affair.
func Main(stdin io.Reader, stdout, stderr io.Writer) int {
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	told := json.NewDecoder(stdin)
	var settings Settings
	if err := told.Decode(&settings); err != nil {
		fmt.Fprintln(stderr, "this is a part of a running server, and no command: the settings cannot be read:", err)
		return exitFailed
	}
	if err := settings.Validate(); err != nil {
		fmt.Fprintln(stderr, err)
		return exitFailed
	}
	s := newServer(settings)
	if err := s.inherit(); err != nil {
		fmt.Fprintln(stderr, "the sockets cannot be used:", err)
		return exitFailed
	}
	go s.tell(stdout)
	for {
		var update Update
		switch err := told.Decode(&update); {
		case err == io.EOF:
			return exitDone
		case err != nil:
			fmt.Fprintln(stderr, "what the parent says cannot be read:", err)
			return exitFailed
		}
		s.apply(update)
	}
}

func (s *server) apply(update Update) {
	s.revoke(update.Revoke)
	if len(update.Secrets) == 0 {
		return
	}
	s.secrets.Store(&update.Secrets)
	s.version.Store(int64(update.Version))
	select {
	case s.updated <- struct{}{}:
	default: // a report is due anyway
	}
}

// tell reports until nobody listens.
func (s *server) tell(stdout io.Writer) {
	reports := json.NewEncoder(stdout)
	for looked := time.Now(); reports.Encode(s.report()) == nil; {
		select {
		case <-s.updated:
		case <-time.After(reportEvery):
		}
		s.ledger.forget()
		s.revoked.forget()
		if time.Since(looked) > lookEvery {
			s.look()
			looked = time.Now()
		}
	}
}

func (s *server) report() Report {
	report := s.tally.report()
	report.Version = int(s.version.Load())
	return report
}

package app

import (
	"io"
	"os"
	"runtime"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/rs/zerolog"

	"beckon/internal/config"
	"beckon/internal/logqueue"
)

// flushTime is how long a process that ends waits for the reader of its log. It comes on top of a drain.
const flushTime = 500 * time.Millisecond

// openLog begins the log. Whoever logs never waits for its reader; the queue is to be closed at the end.
func openLog(cfg config.Config, to *os.File) (zerolog.Logger, *logqueue.Queue) {
	style := logStyle(cfg, IsTerminal(to))
	lines := logqueue.New(to, cfg.LogBufferBytes, func(out io.Writer, lines int) {
		log := style(out)
		event := log.Log().Str(zerolog.LevelFieldName, zerolog.LevelWarnValue) // also where only errors are logged
		event.Int("lines", lines).Msg("whoever reads this log stood still, or could not be written to: lines were dropped")
	})
	return style(lines), lines
}

// logStyle makes loggers for people on a terminal and for machines elsewhere, unless cfg decides. Their level is the
// process's.
func logStyle(cfg config.Config, terminal bool) func(io.Writer) zerolog.Logger {
	return func(w io.Writer) zerolog.Logger {
		if cfg.LogFormat == "console" || cfg.LogFormat == "auto" && terminal {
			w = zerolog.ConsoleWriter{Out: plain{w}, TimeFormat: time.TimeOnly, NoColor: !terminal || runtime.GOOS == "windows"}
		}
		return zerolog.New(w).With().Timestamp().Logger()
	}
}

// IsTerminal tells whether a file is one, where people see what is written and type what is read.
func IsTerminal(f *os.File) bool { return isatty.IsTerminal(f.Fd()) }

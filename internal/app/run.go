package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/rs/zerolog"

	"beckon/internal/config"
)

// Run listens where cfg says and serves until ctx ends, logging to stderr. An error is one line for the
// operator that names the setting at fault.
func Run(ctx context.Context, cfg config.Config, stderr *os.File) error {
	log := newLogger(cfg, stderr)
	a, err := New(cfg, log)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %s: %w", cfg.Listen, listenError(err))
	}
	log.Info().
		Str("address", ln.Addr().String()).
		Str("url", pageURL(ln.Addr())).
		Str("version", config.Version()).
		Msg("listening")
	return a.Serve(ctx, ln)
}

// listenError drops what the operator knows and says what to do where that is known.
func listenError(err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return errors.New("the address is in use; stop what listens there or choose another, such as --listen :9001")
	case errors.Is(err, syscall.EACCES):
		return errors.New("no permission for this port; choose one above 1023")
	}
	if op := new(net.OpError); errors.As(err, &op) {
		return op.Err
	}
	return err
}

// pageURL is what to open in a browser on this machine to reach addr.
func pageURL(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	if ip := net.ParseIP(host); ip != nil && (ip.IsUnspecified() || ip.Equal(net.IPv4(127, 0, 0, 1))) {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// newLogger logs for people on a terminal and for machines elsewhere, unless cfg decides.
func newLogger(cfg config.Config, stderr *os.File) zerolog.Logger {
	level, err := zerolog.ParseLevel(cfg.LogLevel)
	if err != nil {
		level = zerolog.InfoLevel
	}
	var w io.Writer = stderr
	if cfg.LogFormat == "console" || cfg.LogFormat == "auto" && isTerminal(stderr) {
		w = zerolog.ConsoleWriter{Out: stderr, TimeFormat: time.TimeOnly, NoColor: !isTerminal(stderr)}
	}
	return zerolog.New(w).Level(level).With().Timestamp().Logger()
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"beckon/internal/config"
	"beckon/internal/doctor"
)

// runDoctor is `beckon doctor`: it examines a server, which may be elsewhere, and returns the exit code.
func runDoctor(args []string) int {
	cfg, err := config.LoadDoctor(args, os.Stdout)
	switch {
	case errors.Is(err, config.ErrShown):
		return 0
	case err != nil:
		fmt.Fprintln(os.Stderr, "beckon doctor:", err)
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	opts := doctor.Options{
		URL: cfg.URL, Idle: cfg.Idle, Timeout: cfg.Timeout, TokenFile: cfg.TokenFile, Name: cfg.Name, Room: cfg.Room,
		CAFile: cfg.CAFile, Connect: cfg.Connect,
		Wait: func(why string) { fmt.Fprintln(os.Stderr, why) },
	}
	printer := doctor.NewPrinter(os.Stdout, colorful(os.Stdout))
	if !cfg.JSON {
		opts.Tell = printer.Finding
	}
	report, err := doctor.Examine(ctx, opts)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "beckon doctor: interrupted")
		return exitFailed
	case err != nil:
		fmt.Fprintln(os.Stderr, "beckon doctor:", err)
		return exitUsage
	}
	if cfg.JSON {
		err = writeJSON(report)
	} else {
		printer.Summary(report)
		err = printer.Err()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "beckon doctor:", err)
		return exitFailed
	}
	return report.Exit
}

func writeJSON(report *doctor.Report) error {
	text, err := report.JSON()
	if err == nil {
		_, err = os.Stdout.Write(text)
	}
	return err
}

// colorful tells whether colors are welcome: on a terminal, unless NO_COLOR says otherwise (no-color.org).
func colorful(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

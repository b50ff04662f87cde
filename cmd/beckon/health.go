package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"beckon/internal/app"
	"beckon/internal/config"
)

// runHealth is `beckon health`. Container tools know no other exit codes than 0 and 1.
func runHealth(args []string) int {
	asked, err := config.LoadHealth(args, os.Environ(), os.Stdout)
	if errors.Is(err, config.ErrShown) {
		return 0
	}
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
		defer stop()
		err = app.AskHealth(ctx, asked)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "beckon health:", err)
		return exitFailed
	}
	fmt.Println("ok")
	return 0
}

// show is a command that only writes something: `beckon help`, `beckon completion`.
func show(what func(args []string, stdout io.Writer) error, args []string) int {
	switch err := what(args, os.Stdout); {
	case errors.Is(err, config.ErrShown):
		return 0
	default:
		fmt.Fprintln(os.Stderr, "beckon", err)
		return exitUsage
	}
}

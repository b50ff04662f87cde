package main

import (
	"context"
	"errors"
	"fmt"
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

// runHelp is `beckon help`.
func runHelp(args []string) int {
	if err := config.Help(args, os.Stdout); !errors.Is(err, config.ErrShown) {
		fmt.Fprintln(os.Stderr, "beckon", err)
		return exitUsage
	}
	return 0
}

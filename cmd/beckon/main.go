// Command beckon is a WebRTC signaling server with a chat page inside.
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

// Exit codes besides 0.
const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == config.DoctorCommand {
		os.Exit(runDoctor(os.Args[2:]))
	}
	os.Exit(run())
}

func run() int {
	cfg, err := config.Load(os.Args[1:], os.Environ(), os.Stdout)
	switch {
	case errors.Is(err, config.ErrShown):
		return 0
	case err != nil:
		fmt.Fprintln(os.Stderr, "beckon:", err)
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGHUP)
	if err := app.Run(ctx, cfg, reload, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "beckon:", err)
		return exitFailed
	}
	return 0
}

package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"beckon/internal/app"
)

// watchSignals returns a context that ends when the process is told to end, and what tells it to reload. A second signal
// ends the process at once. A log whose reader has gone away does not end it.
//
// SIGHUP is for a process with a terminal to type into that this terminal was closed: it ends. For any other one it is
// what administrators tell it to reload with; also for one that nohup started, which is to outlast its terminal.
func watchSignals() (ctx context.Context, stop context.CancelFunc, reload <-chan os.Signal) {
	signal.Ignore(syscall.SIGPIPE)
	told, restore := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	ctx, stop = context.WithCancel(told)
	context.AfterFunc(ctx, restore)
	hangUps := make(chan os.Signal, 1)
	outlasts := signal.Ignored(syscall.SIGHUP)
	signal.Notify(hangUps, syscall.SIGHUP)
	if outlasts || !app.IsTerminal(os.Stdin) {
		return ctx, stop, hangUps
	}
	go func() {
		<-hangUps // further ones are no second signal: a terminal that is closed may say so more than once
		stop()
	}()
	return ctx, stop, nil
}

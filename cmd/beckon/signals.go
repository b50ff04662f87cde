package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// watchSignals returns a context that ends when the process is told to end, and what tells it to reload. A second signal
// ends the process at once. A log whose reader has gone away does not end it.
func watchSignals() (ctx context.Context, stop context.CancelFunc, reload <-chan os.Signal) {
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop = signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	context.AfterFunc(ctx, stop)
	hangUps := make(chan os.Signal, 1)
	signal.Notify(hangUps, syscall.SIGHUP)
	return ctx, stop, hangUps
}

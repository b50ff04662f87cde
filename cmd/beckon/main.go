// Command beckon is a WebRTC signaling server with a chat page inside.
package main

import (
	"errors"
	"fmt"
	"os"

	"beckon/internal/app"
	"beckon/internal/config"
	"beckon/internal/turn"
)

// Exit codes besides 0.
const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	command := ""
	if len(os.Args) > 1 {
		command = os.Args[1]
	}
	switch command {
	case config.DoctorCommand:
		os.Exit(runDoctor(os.Args[2:]))
	case config.HealthCommand:
		os.Exit(runHealth(os.Args[2:]))
	case config.HelpCommand:
		os.Exit(show(config.Help, os.Args[2:]))
	case config.CompletionCommand:
		os.Exit(show(config.Completion, os.Args[2:]))
	case config.VersionCommand:
		fmt.Println(config.Version())
		return
	case app.RelayCommand:
		os.Exit(turn.Main(os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(run())
}

func run() int {
	input := config.Input{Args: os.Args[1:], Environ: os.Environ()}
	cfg, err := input.Load(os.Stdout)
	switch {
	case errors.Is(err, config.ErrShown):
		return 0
	case err != nil:
		lastWords(os.Stderr, err)
		return exitUsage
	}
	ctx, stop, reload := watchSignals()
	defer stop()
	log := logFile()
	if err := app.Run(ctx, input, cfg, reload, log); err != nil {
		lastWords(log, err)
		return exitFailed
	}
	return 0
}

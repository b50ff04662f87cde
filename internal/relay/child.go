package relay

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"beckon/internal/socketpair"
	"beckon/internal/turn"
)

// How the process is looked after.
const (
	firstPause = 100 * time.Millisecond // before it is started again; doubled each time
	lastPause  = 30 * time.Second
	soundAfter = time.Minute      // a process that has run so long was no failure to start
	maxSilence = 20 * time.Second // it reports once a second; one that does not is killed
	endTime    = 3 * time.Second  // to end by itself
)

// child is a running process.
type child struct {
	cmd      *exec.Cmd
	settings io.WriteCloser // its standard input; it ends when this is closed
	reports  io.Reader      // its standard output
	words    *excerpt       // its standard error
	control  *net.UnixConn  // takes streams
}

// supervise starts the process, again and again until ctx ends. It says on started how that went the first time, and
// gives up if it went wrong.
//
// Its thread stays its own: Linux ends the process when the thread that started it ends.
func (r *Relay) supervise(ctx context.Context, started chan<- error) {
	defer close(r.ended)
	runtime.LockOSThread()
	c, err := r.start()
	started <- err
	if err != nil {
		return
	}
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		begun := time.Now()
		said := ""
		if err == nil {
			said, err = r.attend(ctx, c)
		}
		if ctx.Err() != nil {
			return
		}
		if time.Since(begun) > soundAfter {
			pause = firstPause
		}
		r.observer.Restarted()
		r.log.Error().Err(err).Str("said", said).Int64("pause_ms", pause.Milliseconds()).Msg("the relay's process has ended: it will be started again")
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		c, err = r.start()
	}
}

// start starts a process.
func (r *Relay) start() (*child, error) {
	control, handed, err := socketpair.Open(socketpair.Datagrams)
	if err != nil {
		return nil, err
	}
	defer handed.Close()
	c := &child{cmd: exec.Command(r.options.Program, r.options.Args...), words: &excerpt{}, control: control}
	c.cmd.ExtraFiles = []*os.File{r.sockets.packets, r.sockets.streams, handed} // as turn expects them
	c.cmd.Env = environment()
	c.cmd.SysProcAttr = attributes()
	c.cmd.Stderr = c.words
	c.settings, err = c.cmd.StdinPipe()
	if err == nil {
		c.reports, err = c.cmd.StdoutPipe()
	}
	if err == nil {
		err = c.cmd.Start()
	}
	if err != nil {
		control.Close()
		return nil, err
	}
	return c, nil
}

// attend returns when a process has ended, which it does when ctx ends, with what it wrote before.
func (r *Relay) attend(ctx context.Context, c *child) (said string, err error) {
	defer c.control.Close()
	kill := func() { c.cmd.Process.Kill() }
	r.log.Info().Int("pid", c.cmd.Process.Pid).Stringer("udp", r.sockets.udp).Stringer("tcp", r.sockets.tcp).Msg("the relay is running")
	r.use(c)
	stop := context.AfterFunc(ctx, func() {
		c.settings.Close()
		time.AfterFunc(endTime, kill)
	})
	defer stop()
	silence := time.AfterFunc(r.maxSilence, kill)
	defer silence.Stop()
	if err := r.listenTo(c.reports, func() { silence.Reset(r.maxSilence) }); err != io.EOF {
		kill()
	}
	r.use(nil)
	c.settings.Close()
	err = c.cmd.Wait() // the streams that it had end by themselves
	return c.words.String(), err
}

// use makes a process the one that is running, and tells it its settings.
func (r *Relay) use(c *child) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.child = c
	if c != nil {
		c.tell(r.settings)
		r.revocations.rouse()
	}
}

// tell gives a process its settings. If that fails it has ended, which is noticed, and the next one is told.
func (c *child) tell(settings turn.Settings) { json.NewEncoder(c.settings).Encode(settings) }

// listenTo takes the reports of a process until it ends, or says something else. It calls heard for each.
func (r *Relay) listenTo(reports io.Reader, heard func()) error {
	decoder := json.NewDecoder(reports)
	var last turn.Report
	for {
		var report turn.Report
		if err := decoder.Decode(&report); err != nil {
			gone := last
			gone.Allocations = nil
			r.observe(last, gone)
			return err
		}
		heard()
		r.confirm(report.Version)
		r.observe(last, report)
		last = report
	}
}

// observe hands on what is new in a report.
func (r *Relay) observe(last, now turn.Report) {
	for _, transport := range turn.Transports() {
		if n := now.Allocations[transport]; n != last.Allocations[transport] {
			r.observer.Allocations(transport, n)
		}
		if n := now.Created[transport] - last.Created[transport]; n > 0 {
			r.observer.Created(transport, n)
		}
	}
	for _, reason := range turn.Refusals() {
		if n := now.Refused[reason] - last.Refused[reason]; n > 0 {
			r.observer.Refused(reason, n)
		}
	}
	if n := now.Sent - last.Sent; n > 0 {
		r.observer.Sent(n)
	}
	if n := now.Received - last.Received; n > 0 {
		r.observer.Received(n)
	}
}

// environment is what the process gets of ours: what is for Go's runtime, and no secrets.
func environment() []string {
	env := []string{}
	for _, variable := range os.Environ() {
		if strings.HasPrefix(variable, "GO") {
			env = append(env, variable)
		}
	}
	return env
}

// excerpt keeps the beginning of what is written: of a panic, its reason and where.
type excerpt struct{ kept bytes.Buffer }

// maxExcerpt is in bytes.
const maxExcerpt = 4 << 10

// Write is io.Writer.
func (e *excerpt) Write(p []byte) (int, error) {
	e.kept.Write(p[:min(len(p), maxExcerpt-e.kept.Len())])
	return len(p), nil
}

func (e *excerpt) String() string { return e.kept.String() }

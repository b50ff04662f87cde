//go:build linux

package attack_test

import (
	"errors"
	"fmt"
	"io"
	"net/rpc"
	"os"
	"os/exec"
	"testing"
	"time"
)

// Target is where healthy users go.
type Target struct {
	Address string // HOST:PORT
	Token   string // to log in with, if it takes one
	Secure  bool   // whether to come by TLS
}

// Bystanders is the healthy users. They are a process of their own: what they notice is then what the server does to
// them, and not that they share their runtime with the attackers. Its methods are called through net/rpc.
type Bystanders struct {
	at        Target
	pairs     []*pair
	newcomers *newcomers
}

// Nothing is for methods that take or give nothing.
type Nothing struct{}

// Meet says which server it is about.
func (b *Bystanders) Meet(at Target, _ *Nothing) error {
	b.at = at
	return nil
}

// Room is where a pair talks.
type Room struct {
	Name string
	Busy bool // whether others come and go
}

// Pair lets two users talk in a room.
func (b *Bystanders) Pair(r Room, _ *Nothing) error {
	p, err := newPair(b.at, r.Name, r.Busy)
	b.pairs = append(b.pairs, p)
	return err
}

// Admit begins with newcomers, who may be refused if the server is full.
func (b *Bystanders) Admit(full bool, _ *Nothing) error {
	b.newcomers = newNewcomers(b.at, full)
	return nil
}

// Admitted ends the newcomers.
func (b *Bystanders) Admitted(_ Nothing, seen *Newcomers) (err error) {
	*seen, err = b.newcomers.finish()
	return err
}

// Departure is what was seen up to the end of all conversations.
type Departure struct {
	Trips   []Trip
	Problem string
}

// Depart ends all conversations, once those who shared a room with attackers know that these have gone.
func (b *Bystanders) Depart(_ Nothing, d *Departure) error {
	var errs []error
	for _, p := range b.pairs {
		for deadline := time.Now().Add(patience); !p.alone() && time.Now().Before(deadline); {
			time.Sleep(interval)
		}
		if !p.alone() {
			errs = append(errs, fmt.Errorf("in the end the users know of %d and %d others, want 1", p.caller.knows.Load(), p.callee.knows.Load()))
		}
		errs = append(errs, p.finish())
		d.Trips = append(d.Trips, p.trips...)
	}
	if err := errors.Join(errs...); err != nil {
		d.Problem = err.Error()
	}
	return nil
}

// asBystanders tells a process of this test that it is them.
const asBystanders = "BECKON_ATTACK_BYSTANDERS=1"

// TestMain is also where the bystanders' process begins.
func TestMain(m *testing.M) {
	if os.Getenv("BECKON_ATTACK_BYSTANDERS") == "" {
		os.Exit(m.Run())
	}
	if err := rpc.Register(new(Bystanders)); err != nil {
		panic(err)
	}
	rpc.ServeConn(pipe{os.Stdin, os.Stdout})
}

// pipe is two files as one connection.
type pipe struct {
	io.Reader
	io.WriteCloser
}

// bystanders is the process, as the test sees it. Its methods fail the test.
type bystanders struct {
	t      *testing.T
	client *rpc.Client
}

// invite starts the process. It ends with the test.
func invite(t *testing.T, at Target) *bystanders {
	t.Helper()
	command := exec.Command(os.Args[0])
	command.Env, command.Stderr = append(os.Environ(), asBystanders), os.Stderr
	in, inErr := command.StdinPipe()
	out, outErr := command.StdoutPipe()
	if err := errors.Join(inErr, outErr, command.Start()); err != nil {
		t.Fatal(err)
	}
	b := &bystanders{t: t, client: rpc.NewClient(pipe{out, in})}
	t.Cleanup(func() {
		b.client.Close()
		command.Process.Kill()
		command.Wait()
	})
	b.ask("Meet", at, new(Nothing))
	return b
}

func (b *bystanders) ask(method string, args, reply any) {
	b.t.Helper()
	if err := b.client.Call("Bystanders."+method, args, reply); err != nil {
		b.t.Errorf("healthy users: %v", err)
	}
}

func (b *bystanders) pair(room string, busy bool) {
	b.t.Helper()
	b.ask("Pair", Room{room, busy}, new(Nothing))
}

func (b *bystanders) admit(full bool) {
	b.t.Helper()
	b.ask("Admit", full, new(Nothing))
}

func (b *bystanders) admitted() (seen Newcomers) {
	b.t.Helper()
	b.ask("Admitted", Nothing{}, &seen)
	return seen
}

func (b *bystanders) depart() []Trip {
	b.t.Helper()
	var d Departure
	b.ask("Depart", Nothing{}, &d)
	if d.Problem != "" {
		b.t.Errorf("healthy users: %s", d.Problem)
	}
	return d.Trips
}

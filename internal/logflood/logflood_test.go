package logflood

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"beckon/internal/testkit"
)

func TestAFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(testkit.Journal)
		all := zerolog.New(out)
		connects, logins := Limit(all, "connect", 3), Limit(all, "login", 3)
		expect := func(want string) {
			t.Helper()
			synctest.Wait()
			if got := out.Take(); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		}
		line := `{"level":"info","message":"x"}` + "\n"
		for range 10 {
			connects.Info().Msg("x")
		}
		expect(strings.Repeat(line, 3))
		logins.Info().Msg("x")
		expect(line) // another kind
		time.Sleep(time.Second)
		expect(`{"level":"warn","of":"connect","lines":7,"message":"too many log lines of a kind: some were left out"}` + "\n")
		for range 4 {
			connects.Info().Msg("x")
		}
		expect(strings.Repeat(line, 3))
		time.Sleep(time.Second)
		expect(`{"level":"warn","of":"connect","lines":1,"message":"too many log lines of a kind: some were left out"}` + "\n")
		time.Sleep(time.Hour)
		expect("") // nothing more to tell
	})
}

// A line of a level that is not logged takes no place.
func TestLevelsThatAreNotLogged(t *testing.T) {
	var out bytes.Buffer
	log := Limit(zerolog.New(&out).Level(zerolog.InfoLevel), "x", 1)
	for range 5 {
		log.Debug().Msg("x")
	}
	log.Info().Msg("y")
	if got, want := out.String(), `{"level":"info","message":"y"}`+"\n"; got != want {
		t.Errorf("got %s want %s", got, want)
	}
}

func TestNoLimit(t *testing.T) {
	var out bytes.Buffer
	log := Limit(zerolog.New(&out), "x", 0)
	for range 1000 {
		log.Info().Msg("x")
	}
	if got := strings.Count(out.String(), "\n"); got != 1000 {
		t.Errorf("%d lines", got)
	}
}

func TestSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(testkit.Journal)
		log, other := Seldom(zerolog.New(out), time.Minute), Seldom(zerolog.New(out), time.Minute)
		for range 10 {
			log.Warn().Msg("x")
		}
		other.Warn().Msg("x")
		time.Sleep(59 * time.Second)
		log.Warn().Msg("x")
		if n := strings.Count(out.Take(), "\n"); n != 2 {
			t.Errorf("%d lines, want one of each", n)
		}
		time.Sleep(time.Second)
		log.Warn().Msg("x")
		if n := strings.Count(out.Take(), "\n"); n != 1 {
			t.Errorf("%d lines after a minute, want 1", n)
		}
	})
}

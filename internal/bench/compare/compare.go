// Package compare runs beckon beside other servers, in turns on the same processor, and holds the ratios against a
// budget: absolute numbers are of one machine, ratios measured in one run travel.
package compare

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"beckon/internal/bench/report"
	"beckon/internal/bench/scenario"
)

// Options say what is compared, and how thoroughly.
type Options struct {
	Beckon, Floor string // programs
	Node          string // program
	Peers         string // folder with the npm packages and tutorial.mjs
	Processor     string // the one that servers run on, as taskset wants it; empty for any
	Rounds        int    // each ends with a number for everything; their medians count
	Quick         bool   // small crowds, short measurements: to see that all works
	Progress      io.Writer
}

// comparison is a comparison under way.
type comparison struct {
	Options
	certificate certificate
	samples     map[string][]float64 // by step, contender and the key of the value
	results     []report.Result      // of the last round of each step
}

// Run compares. It takes minutes. What fails is told in the error and costs no more than the rows that need it: the
// document holds the rest.
func Run(o Options) (report.Document, error) {
	if o.Rounds < 1 {
		return report.Document{}, errors.New("at least one round is needed")
	}
	c := &comparison{Options: o, samples: map[string][]float64{}}
	var err error
	if c.certificate, err = newCertificate(); err != nil {
		return report.Document{}, err
	}
	defer c.certificate.remove()
	begun := time.Now()
	var failed error
	for round := range o.Rounds {
		failed = errors.Join(failed, c.round(round))
	}
	binary, err := os.Stat(o.Beckon)
	if err != nil {
		return report.Document{}, err
	}
	rows, missing := c.budget(float64(binary.Size()))
	if missing != nil {
		failed = errors.Join(failed, fmt.Errorf("not in the table: %s", strings.Join(missing, "; ")))
	}
	return report.Document{
		Title: "beckon beside others",
		About: fmt.Sprintf("%s, processors: %s. Rounds: %d, in %v. "+
			"Servers ran with their default settings; what they logged went to /dev/null.",
			begun.UTC().Format("2006-01-02"), processors(), o.Rounds, time.Since(begun).Round(time.Second)),
		Results: c.results,
		Budget:  rows,
		Plots:   c.plots(),
	}, failed
}

// round measures everything once. Each round begins with another server, lest one always have the warmer machine.
func (c *comparison) round(round int) (failed error) {
	for _, s := range c.steps() {
		if s.rounds > 0 && round >= s.rounds {
			continue
		}
		for i := range s.contenders {
			name := s.contenders[(i+round)%len(s.contenders)]
			fmt.Fprintf(c.Progress, "round %d of %d: %s, %s\n", round+1, c.Rounds, s.name, name)
			if err := c.measure(s, name); err != nil {
				failed = errors.Join(failed, fmt.Errorf("%s, %s: %w", s.name, name, err))
			}
		}
	}
	return failed
}

// measure runs one step for one contender.
func (c *comparison) measure(s step, name string) error {
	b, err := c.bench(name, s.tls)
	if err != nil {
		return err
	}
	results, err := s.load(name).Run(b)
	if err != nil {
		return err
	}
	before := func(r report.Result) bool { return r.Server == name && r.Scenario == s.name }
	c.results = slices.DeleteFunc(c.results, before)
	for _, r := range results {
		r.Scenario, r.Server = s.name, name
		c.results = append(c.results, r)
	}
	last := results[len(results)-1]
	for _, v := range last.Values {
		key := s.name + "/" + name + "/" + v.Key
		c.samples[key] = append(c.samples[key], v.Number)
	}
	return nil
}

// median is the middle of what the rounds measured.
func (c *comparison) median(step, contender, key string) (float64, error) {
	numbers := slices.Clone(c.samples[step+"/"+contender+"/"+key])
	if len(numbers) == 0 {
		return 0, fmt.Errorf("%s of %s has not been measured for %s", key, contender, step)
	}
	slices.Sort(numbers)
	middle := len(numbers) / 2
	if len(numbers)%2 == 0 {
		return (numbers[middle-1] + numbers[middle]) / 2, nil
	}
	return numbers[middle], nil
}

// load is a scenario.
type load interface {
	Run(b *scenario.Bench) ([]report.Result, error)
}

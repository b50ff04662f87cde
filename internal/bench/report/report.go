// Package report shows what was measured: as a table for people, as JSON for programs, and as a page with plots that
// needs nothing but itself.
package report

import (
	"math"
	"time"
)

// Unit is what a number counts; tables show it accordingly.
type Unit string

// The units.
const (
	Count   Unit = ""
	Seconds Unit = "s"
	Bytes   Unit = "B"
	PerSec  Unit = "/s"
	Percent Unit = "%"
	Ratio   Unit = "ratio"
)

// Value is one measured number.
type Value struct {
	Key    string  `json:"key"`   // for programs, never changed
	Label  string  `json:"label"` // for people
	Number float64 `json:"number"`
	Unit   Unit    `json:"unit"`
}

// Point is one of a line.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Line is one line of a plot.
type Line struct {
	Label  string  `json:"label"`
	Points []Point `json:"points"`
}

// Kind is what a plot shows, which says how to draw it.
type Kind string

// The kinds of plots.
const (
	// Latency has percentiles on a scale that widens toward 100, and seconds on a logarithmic one.
	Latency Kind = "latency"
	// Memory has users and bytes.
	Memory Kind = "memory"
	// Growth has users and seconds of processor time.
	Growth Kind = "growth"
)

// Plot is a plot of one or more lines.
type Plot struct {
	Kind  Kind   `json:"kind"`
	Title string `json:"title"`
	Lines []Line `json:"lines"`
}

// Result is what one run of a scenario has measured.
type Result struct {
	Scenario string    `json:"scenario"`
	Dialect  string    `json:"dialect"`
	Server   string    `json:"server"` // its address, or the name that a comparison gives it
	Settings string    `json:"settings"`
	Time     time.Time `json:"time"`
	Values   []Value   `json:"values"`
	Plots    []Plot    `json:"plots,omitempty"`
}

// Add adds a value, unless it is no number: what was divided by nothing.
func (r *Result) Add(key, label string, number float64, unit Unit) {
	if math.IsNaN(number) || math.IsInf(number, 0) {
		return
	}
	r.Values = append(r.Values, Value{Key: key, Label: label, Number: number, Unit: unit})
}

// Value returns a number by its key, and whether there is one.
func (r *Result) Value(key string) (float64, bool) {
	for _, v := range r.Values {
		if v.Key == key {
			return v.Number, true
		}
	}
	return 0, false
}

// Document is results to be shown together.
type Document struct {
	Title   string   `json:"title"`
	About   string   `json:"about"` // the command, the machine
	Results []Result `json:"results"`
	Budget  []Row    `json:"budget,omitempty"`
	Plots   []Plot   `json:"plots,omitempty"` // of several results together
}

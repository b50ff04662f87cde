// Package latency times messages without leaving out the ones that count.
//
// Who waits for an answer before the next request sends none while the server stands still, and so measures one bad
// answer where its users would have had a thousand: coordinated omission. [Pace] says when each message of a fixed rate
// is meant to be sent, and a latency is counted from there, however late the message was in fact sent.
package latency

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// longest is the longest latency that is told apart.
const longest = 2 * time.Minute

// Recorder counts latencies, with three significant digits.
type Recorder struct {
	histogram *hdrhistogram.Histogram
}

// NewRecorder returns an empty recorder.
func NewRecorder() *Recorder {
	return &Recorder{histogram: hdrhistogram.New(1, int64(longest), 3)}
}

// Record counts one latency; one that is out of range counts as the nearest that is not.
func (r *Recorder) Record(d time.Duration) {
	r.histogram.RecordValue(int64(min(max(d, 1), longest)))
}

// Reset forgets everything.
func (r *Recorder) Reset() { r.histogram.Reset() }

// Count is how many latencies were recorded.
func (r *Recorder) Count() int64 { return r.histogram.TotalCount() }

// At is the latency that the given percentage did not exceed, 0 if there is none.
func (r *Recorder) At(percent float64) time.Duration {
	return time.Duration(r.histogram.ValueAtPercentile(percent))
}

// Max is the longest.
func (r *Recorder) Max() time.Duration { return time.Duration(r.histogram.Max()) }

// Point is one of a curve.
type Point struct {
	Percent float64
	Latency time.Duration
}

// Curve is the latencies by percentile, with more points the closer they are to 100.
func (r *Recorder) Curve() []Point {
	var points []Point
	for _, bracket := range r.histogram.CumulativeDistributionWithTicks(5) {
		points = append(points, Point{Percent: bracket.Quantile, Latency: time.Duration(bracket.ValueAt)})
	}
	return points
}

// Pace is when the messages of a fixed rate are meant to be sent.
type Pace struct {
	start    time.Duration
	interval float64 // nanoseconds
	taken    int64
}

// NewPace returns a pace of so many messages per second, the first of them at start.
func NewPace(start time.Duration, perSecond float64) *Pace {
	return &Pace{start: start, interval: float64(time.Second) / perSecond}
}

// Next is when the next message is due.
func (p *Pace) Next() time.Duration {
	return p.start + time.Duration(float64(p.taken)*p.interval)
}

// Take takes the next message and returns when it was due.
func (p *Pace) Take() time.Duration {
	due := p.Next()
	p.taken++
	return due
}

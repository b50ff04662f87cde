package report

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// The size of a plot and of what is around its area, in pixels.
const (
	plotWidth  = 720.0
	plotHeight = 360.0
	areaLeft   = 76.0
	areaRight  = 36.0
	areaTop    = 12.0
	areaBottom = 46.0
)

// maxNines is how far the axis of percentiles goes.
const maxNines = 5

// axes are the scales of a plot and how its numbers are written.
type axes struct {
	x, y           scale
	xLabel, yLabel string
	xText, yText   func(float64) string
}

// SVG draws the plot. The colors are those of the page: line 1 is of class c1, and so on.
func (p Plot) SVG() string {
	a := p.axes()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %g %g" role="img" aria-label="%s">`, plotWidth, plotHeight, html.EscapeString(p.Title))
	a.draw(&b)
	for i, line := range p.Lines {
		a.line(&b, i+1, line)
	}
	b.WriteString("</svg>")
	return b.String()
}

func (p Plot) axes() axes {
	most, least := p.bounds()
	switch p.Kind {
	case Latency:
		return axes{
			x: percentiles(maxNines), xLabel: "percent of messages", xText: percentText,
			y: logarithmic(max(least.Y, 1e-6), max(most.Y, 1e-5)), yLabel: "no longer than", yText: Seconds.format,
		}
	case Growth:
		return axes{
			x: linear(most.X, 1), xLabel: "users", xText: Count.format,
			y: logarithmic(max(least.Y, 1e-3), max(most.Y, 1e-2)), yLabel: "processor time", yText: Seconds.format,
		}
	default:
		return axes{
			x: linear(most.X, 1), xLabel: "users", xText: Count.format,
			y: linear(most.Y, 1<<20), yLabel: "resident memory", yText: Bytes.format,
		}
	}
}

// bounds are the largest numbers of all lines, and the smallest ones above 0.
func (p Plot) bounds() (most, least Point) {
	least = Point{X: math.Inf(1), Y: math.Inf(1)}
	for _, line := range p.Lines {
		for _, point := range line.Points {
			most.X, most.Y = max(most.X, point.X), max(most.Y, point.Y)
			if point.X > 0 {
				least.X = min(least.X, point.X)
			}
			if point.Y > 0 {
				least.Y = min(least.Y, point.Y)
			}
		}
	}
	return most, least
}

func percentText(percent float64) string {
	return strconv.FormatFloat(percent, 'g', 7, 64) + "\u202f%"
}

func (a axes) at(p Point) (x, y float64) {
	width, height := plotWidth-areaLeft-areaRight, plotHeight-areaTop-areaBottom
	return areaLeft + width*a.x.place(p.X), areaTop + height*(1-a.y.place(p.Y))
}

// draw draws the grid and what is written beside it.
func (a axes) draw(b *strings.Builder) {
	const right, bottom = plotWidth - areaRight, plotHeight - areaBottom
	for _, tick := range a.x.ticks {
		x, _ := a.at(Point{X: tick})
		fmt.Fprintf(b, `<path class="grid" d="M%.1f %g V%g"/>`, x, areaTop, bottom)
		fmt.Fprintf(b, `<text x="%.1f" y="%g" text-anchor="middle">%s</text>`, x, bottom+16, html.EscapeString(a.xText(tick)))
	}
	for _, tick := range a.y.ticks {
		_, y := a.at(Point{Y: tick})
		fmt.Fprintf(b, `<path class="grid" d="M%g %.1f H%g"/>`, areaLeft, y, right)
		fmt.Fprintf(b, `<text x="%g" y="%.1f" text-anchor="end">%s</text>`, areaLeft-6, y+4, html.EscapeString(a.yText(tick)))
	}
	fmt.Fprintf(b, `<text x="%g" y="%g" text-anchor="end">%s</text>`, right, bottom+36, a.xLabel)
	fmt.Fprintf(b, `<text x="14" y="%g" text-anchor="end" transform="rotate(-90 14 %g)">%s</text>`, areaTop, areaTop, a.yLabel)
}

// line draws one line, with a dot for each point where there are few.
func (a axes) line(b *strings.Builder, number int, line Line) {
	const few = 12
	var path strings.Builder
	for i, point := range line.Points {
		x, y := a.at(point)
		fmt.Fprintf(&path, "%c%.1f %.1f", "ML"[min(i, 1)], x, y)
		if len(line.Points) <= few {
			fmt.Fprintf(b, `<circle class="c%d" cx="%.1f" cy="%.1f" r="3"/>`, number, x, y)
		}
	}
	fmt.Fprintf(b, `<path class="line c%d" d="%s"/>`, number, path.String())
}

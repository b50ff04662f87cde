package report_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"beckon/internal/bench/report"
)

// document has one of everything.
func document() report.Document {
	must, goal := 1.25, 1.05
	r := report.Result{
		Scenario: "relay", Dialect: "v1", Server: "ws://127.0.0.1:9000/<b>", Settings: "5 pairs",
		Time: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC),
		Plots: []report.Plot{{Kind: report.Latency, Title: "Latency", Lines: []report.Line{
			{Label: "one & only", Points: []report.Point{{X: 0, Y: 0.0001}, {X: 50, Y: 0.0002}, {X: 99.99, Y: 0.3}, {X: 100, Y: 0.5}}},
		}}},
	}
	r.Add("p50", "latency, 50 %", 0.000123, report.Seconds)
	r.Add("rss", "server RSS", 3*(1<<20), report.Bytes)
	r.Add("nothing", "divided by nothing", math.NaN(), report.Count)
	return report.Document{
		Title: "A title", About: "a machine", Results: []report.Result{r},
		Budget: []report.Row{{What: "CPU", Number: 1.1, Unit: report.Ratio, Must: &must, Goal: &goal}},
		Plots: []report.Plot{
			{Kind: report.Growth, Title: "Growth", Lines: []report.Line{{Label: "a", Points: []report.Point{{X: 100, Y: 0.1}, {X: 400, Y: 20}}}}},
			{Kind: report.Memory, Title: "Memory", Lines: []report.Line{{Label: "a", Points: []report.Point{{X: 100, Y: 1e6}, {X: 15000, Y: 3e8}}}}},
			{Kind: report.Latency, Title: "Nothing"},
		},
	}
}

func TestText(t *testing.T) {
	var b strings.Builder
	if err := report.WriteText(&b, document()); err != nil {
		t.Fatal(err)
	}
	const want = `relay, v1, ws://127.0.0.1:9000/<b>: 5 pairs
  latency, 50 %        123 µs
  server RSS            3 MiB

| what | measured | must be | goal   | verdict |
| ---  | ---:     | ---:    | ---:   | ---     |
| CPU  | 1.10     | ≤ 1.25  | ≤ 1.05 | met     |
`
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}

func TestNumbers(t *testing.T) {
	for _, test := range []struct {
		number float64
		unit   report.Unit
		want   string
	}{
		{0, report.Seconds, "0 s"}, {1.5e-5, report.Seconds, "15 µs"}, {0.0123, report.Seconds, "12.3 ms"}, {75, report.Seconds, "75 s"},
		{512, report.Bytes, "512 B"}, {9216, report.Bytes, "9 KiB"}, {1.5 * (1 << 30), report.Bytes, "1.50 GiB"},
		{123456.7, report.PerSec, "123457 /s"}, {0.25, report.Ratio, "0.25"}, {12, report.Count, "12"}, {3.14159, report.Count, "3.14"},
		{1e-5 * 1e6 / 1e6, report.Seconds, "10 µs"}, {-0.5, report.Seconds, "-500 ms"},
	} {
		if got := (report.Value{Number: test.number, Unit: test.unit}).String(); got != test.want {
			t.Errorf("%v %q is written %q, want %q", test.number, test.unit, got, test.want)
		}
	}
}

func TestVerdicts(t *testing.T) {
	one, two := 1.0, 2.0
	for want, row := range map[string]report.Row{
		"not met":  {Number: 2.1, Must: &two, Goal: &one},
		"met":      {Number: 2, Must: &two, Goal: &one},
		"goal met": {Number: 1, Must: &two, Goal: &one},
		"reported": {Number: 99},
	} {
		if got := row.Verdict(); got != want {
			t.Errorf("%+v is %q, want %q", row, got, want)
		}
	}
}

func TestJSONComesBack(t *testing.T) {
	var b strings.Builder
	want := document()
	if err := report.WriteJSON(&b, want); err != nil {
		t.Fatal(err)
	}
	var got report.Document
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestPage checks that the page is well-formed, holds what it should, and fetches nothing.
func TestPage(t *testing.T) {
	var b strings.Builder
	if err := report.WriteHTML(&b, document()); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	elements := map[string]int{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the page is not well-formed: %v", err)
		}
		if start, ok := token.(xml.StartElement); ok {
			elements[start.Name.Local]++
		}
	}
	if elements["figure"] != 4 || elements["table"] != 2 || elements["script"] != 0 {
		t.Errorf("the elements are %v", elements)
	}
	for _, want := range []string{"A title", "a machine", "/&lt;b&gt;", "one &amp; only", "123 µs", "goal", "2026-11-22 12:00 UTC"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, fetched := range regexp.MustCompile(`(?i)\b(src|href|srcset|action)=|url\(|@import|<link|<iframe`).FindAllString(page, -1) {
		t.Errorf("the page has %q: it is to need nothing from elsewhere", fetched)
	}
}

// TestLinesStayInThePicture checks every coordinate of every line.
func TestLinesStayInThePicture(t *testing.T) {
	all := document()
	for _, p := range append(all.Plots, all.Results[0].Plots...) {
		svg := p.SVG()
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Fatalf("%s has coordinates that are no numbers: %s", p.Title, svg)
		}
		lines := regexp.MustCompile(`class="line c\d+" d="([^"]*)"`).FindAllStringSubmatch(svg, -1)
		if len(lines) != len(p.Lines) {
			t.Errorf("%s has %d lines, want %d", p.Title, len(lines), len(p.Lines))
		}
		for _, line := range lines {
			points := regexp.MustCompile(`[ML](\S+) ([^ML]+)`).FindAllStringSubmatch(line[1], -1)
			last := -1.0
			for _, point := range points {
				x, errX := strconv.ParseFloat(point[1], 64)
				y, errY := strconv.ParseFloat(point[2], 64)
				if errX != nil || errY != nil || x < 0 || x > 720 || y < 0 || y > 360 || x < last {
					t.Errorf("%s: a point at %q, %q", p.Title, point[1], point[2])
				}
				last = x
			}
		}
	}
}

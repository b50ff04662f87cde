package compare

import (
	"fmt"
	"os"
	"regexp"

	"beckon/internal/bench/report"
)

// plots puts the contenders' lines side by side.
func (c *comparison) plots() []report.Plot {
	storms := report.Plot{Kind: report.Growth, Title: "A storm of logins: processor time of the server"}
	for _, name := range []string{plain, v1, tutorial} {
		line := report.Line{Label: name}
		for _, users := range c.storms() {
			if cpu, err := c.median(stormOf(users), name, "cpu"); err == nil {
				line.Points = append(line.Points, report.Point{X: float64(users), Y: cpu})
			}
		}
		storms.Lines = append(storms.Lines, line)
	}
	return []report.Plot{
		c.gather(half, report.Latency, "Latency at half of what npm peer can do"),
		c.gather(steady, report.Latency, "Latency at 5,000 messages per second"),
		c.gather(atRest, report.Memory, "Memory by idle users"),
		storms,
	}
}

// gather collects the lines of the last round of a step.
func (c *comparison) gather(step string, kind report.Kind, title string) report.Plot {
	p := report.Plot{Kind: kind, Title: title}
	for _, r := range c.results {
		if r.Scenario != step {
			continue
		}
		for _, own := range r.Plots {
			for _, line := range own.Lines {
				p.Lines = append(p.Lines, report.Line{Label: r.Server, Points: line.Points})
			}
		}
	}
	return p
}

// processors says how many there are and what the system calls them, for people who compare numbers of two machines.
func processors() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	names := regexp.MustCompile(`(?m)^model name\s*:\s*(.+)$`).FindAllSubmatch(text, -1)
	if len(names) == 0 {
		return "unknown"
	}
	return fmt.Sprintf("%d × %s", len(names), names[0][1])
}

package report

// Row is a line of a budget: a number, and what it must not exceed.
type Row struct {
	What   string   `json:"what"`
	Number float64  `json:"number"`
	Unit   Unit     `json:"unit"`
	Must   *float64 `json:"must,omitempty"` // nil if the number is only reported
	Goal   *float64 `json:"goal,omitempty"` // nil if there is none
}

// Verdict says whether the number is within its bounds.
func (r Row) Verdict() string {
	switch {
	case r.Must != nil && r.Number > *r.Must:
		return "not met"
	case r.Goal != nil && r.Number <= *r.Goal:
		return "goal met"
	case r.Must != nil:
		return "met"
	default:
		return "reported"
	}
}

// Cells is the row as text: what, number, must, goal, verdict.
func (r Row) Cells() []string {
	return []string{r.What, r.Unit.format(r.Number), r.bound(r.Must), r.bound(r.Goal), r.Verdict()}
}

func (r Row) bound(n *float64) string {
	if n == nil {
		return ""
	}
	return "≤ " + r.Unit.format(*n)
}

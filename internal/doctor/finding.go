package doctor

// Level says how much a finding matters.
type Level string

// The levels.
const (
	OK        Level = "ok"        // as it should be
	Note      Level = "note"      // good to know
	Warning   Level = "warning"   // works, and may not always, or not for everybody
	Problem   Level = "problem"   // does not work, or is not safe
	Unchecked Level = "unchecked" // could not be found out: the text says why
)

// Finding is one thing that a check found out.
type Finding struct {
	Check  string `json:"check"`
	Level  Level  `json:"level"`
	Code   Code   `json:"code"`
	Text   string `json:"text"`
	Remedy string `json:"remedy,omitempty"`
	// Configuration is one for the proxy, with the names of the server filled in, that is the remedy or a part of it.
	Configuration string `json:"configuration,omitempty"`
}

// formatVersion is that of Report; it grows when something in it changes its meaning or goes away.
const formatVersion = 1

// Report is all that an examination found out.
type Report struct {
	Version  int       `json:"version"`
	URL      string    `json:"url"`
	Proxy    string    `json:"proxy"` // nginx, apache, caddy, haproxy, or empty if it was not recognized
	Findings []Finding `json:"findings"`
	Exit     int       `json:"exit"`
}

// The exit codes of the process.
const (
	ExitFine        = 0 // no problem was found
	ExitProblems    = 1 // some were
	ExitUsage       = 2 // a wrong flag, or a file that cannot be read
	ExitUnreachable = 3 // no connection to the server could be made at all
)

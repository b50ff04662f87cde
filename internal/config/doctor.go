package config

import (
	"fmt"
	"io"
	"time"

	"github.com/alecthomas/kong"
)

// Doctor is what `beckon doctor` is told. It has nothing to do with [Config]: it is about a server that runs already,
// maybe elsewhere, so neither environment nor file is looked at.
type Doctor struct {
	// URL is the address of the page, or something that can pass for it.
	URL string `arg:"" help:"Address of the server as its users know it, such as https://example.org/chat/."`
	// Idle is how long to watch idle connections, 0 for not at all.
	Idle time.Duration `default:"0s" placeholder:"TIME" help:"Watch idle connections for so long, at most 2m: 90s is more than most proxies wait."`
	// JSON asks for a report that programs read.
	JSON bool `name:"json" help:"Write the findings as JSON."`
	// TokenFile holds a token to log in with.
	TokenFile string `placeholder:"FILE" help:"Log in with the token in this file."`
	// Name and Room are to log in with; "" for random ones.
	Name string `placeholder:"NAME" help:"Log in under this name, for a token that is good for one name only."`
	Room string `placeholder:"ROOM" help:"Log in to this room, for a token that is good for certain rooms only."`
	// CAFile holds roots to be trusted besides the system's.
	CAFile string `name:"ca-file" placeholder:"FILE" help:"Trust the authorities in this file (PEM), too."`
	// Connect takes the place of what the DNS says.
	Connect string `placeholder:"HOST[:PORT]" help:"Connect to this host in place of what the DNS says, such as to a proxy that is not in use yet."`
	// Timeout is how long to wait for any one answer.
	Timeout time.Duration `default:"5s" placeholder:"TIME" help:"Wait so long for any one answer. Default: 5s."`

	Help bool `short:"h" help:"Show this help."`
}

// LoadDoctor reads the arguments that follow "doctor". Its errors are those of [Load].
func LoadDoctor(args []string, stdout io.Writer) (Doctor, error) {
	var d Doctor
	parser, err := newDoctorParser(&d, stdout)
	if err != nil {
		return d, err
	}
	trace, err := kong.Trace(parser, args)
	if err == nil && given(trace, "help") != nil {
		_, err := show(trace, stdout)
		return d, err
	}
	if err == nil {
		err = trace.Error
	}
	if err == nil {
		_, err = parser.Parse(args)
	}
	if err != nil {
		return d, newUsageError(err.Error())
	}
	const shortest, longest = 100 * time.Millisecond, time.Minute
	if d.Timeout < shortest || d.Timeout > longest {
		return d, newUsageError(fmt.Sprintf("--timeout: must be from %s to %s, got %s", brief(shortest), brief(longest), brief(d.Timeout)))
	}
	return d, nil
}

func newDoctorParser(d *Doctor, stdout io.Writer) (*kong.Kong, error) {
	parser, err := kong.New(d, append(mappers(),
		kong.Name("beckon "+DoctorCommand),
		kong.Description("Examines a server from outside, as a client would, and says what is wrong and what to do about it. "+
			"The exit code is 0 if no problem was found, 1 if some were, 2 for a wrong flag, and 3 if the server was not reached at all."),
		kong.NoDefaultHelp(),
		kong.Writers(stdout, stdout),
	)...)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	return parser, nil
}

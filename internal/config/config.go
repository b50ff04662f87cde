package config

// Config is all that can be set. The tags of its parts are what --help, the environment, the
// configuration file and the documentation are made from; see [Reference].
type Config struct {
	Serving  `embed:"" group:"Serving"`
	TLS      `embed:"" group:"TLS"`
	Access   `embed:"" group:"Who may come in"`
	WebRTC   `embed:"" group:"WebRTC"`
	Relay    `embed:"" group:"TURN built in"`
	Timing   `embed:"" group:"Timing"`
	Sizes    `embed:"" group:"Sizes"`
	Limits   `embed:"" group:"Limits"`
	Sessions `embed:"" group:"Sessions"`
	Watching `embed:"" group:"Watching"`
}

// String shows every setting in the flags' own syntax, secrets masked.
func (c Config) String() string {
	text := ""
	for i, s := range c.settings() {
		if i > 0 {
			text += " "
		}
		text += "--" + s.Flag + "=" + s.Value
	}
	return text
}

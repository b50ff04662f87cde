// Package socketpair makes pairs of Unix sockets that are connected to each other, on systems that have them.
package socketpair

// Kind is what goes through a pair.
type Kind int

// The kinds.
const (
	Stream    Kind = iota // bytes
	Datagrams             // messages
)

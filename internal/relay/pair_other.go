//go:build !unix

package relay

import (
	"errors"
	"net"
	"os"
)

// The kinds of socketPair.
const (
	datagrams = iota
	stream
)

// socketPair is not possible here, nor is a relay.
func socketPair(int) (*net.UnixConn, *os.File, error) { return nil, nil, errors.ErrUnsupported }

func (*child) send([]byte, *os.File) error { return errors.ErrUnsupported }

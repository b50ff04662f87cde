//go:build !unix

package relay

import (
	"errors"
	"os"
)

// send is not possible here, nor is a relay.
func (*child) send([]byte, *os.File) error { return errors.ErrUnsupported }

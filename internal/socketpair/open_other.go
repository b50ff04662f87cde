//go:build !unix

package socketpair

import (
	"errors"
	"net"
	"os"
)

// Open is not possible here.
func Open(Kind) (here *net.UnixConn, there *os.File, err error) {
	return nil, nil, errors.ErrUnsupported
}

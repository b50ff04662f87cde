package listen

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"syscall"
)

// Explain makes an error of a socket that was to be opened at an address one for the operator; it begins with the flag
// that has the address.
func Explain(flag, address string, err error) error {
	return flagError(flag, fmt.Errorf("%s: %w", address, explainTCP(flag, err)))
}

// explainTCP drops from an error of net.Listen what the operator knows, and says what to do
// where that is known.
func explainTCP(flag string, err error) error {
	var dns *net.DNSError
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("the address is in use; stop what listens there or choose another, such as %s %s", flag, otherAddress(flag))
	case errors.Is(err, syscall.EACCES):
		return errors.New("no permission for this port; choose one above 1023, or let systemd open it, or grant CAP_NET_BIND_SERVICE")
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return errors.New("this machine has no such address; use one that it has, or :PORT for all of them")
	case errors.As(err, &dns):
		return fmt.Errorf("the name %s cannot be looked up (%s); write the address in figures, or :PORT for all of them", dns.Name, dns.Err)
	}
	return bare(err)
}

// otherAddress is one to try when the usual one is taken.
func otherAddress(flag string) string {
	switch flag {
	case "--admin":
		return "127.0.0.1:9092"
	case "--http-redirect":
		return ":8080"
	case "--turn-listen":
		return ":3479"
	case "--turns-listen":
		return ":5350"
	}
	return ":9001"
}

// explainUnix does the same for Unix sockets.
func explainUnix(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return errors.New("the directory does not exist; create it, or let systemd do so with RuntimeDirectory=")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("no permission to make a socket in this directory; choose another, or give it to the user that runs this")
	case errors.Is(err, syscall.EADDRINUSE):
		return errors.New("another process has just begun to serve on this socket; stop it or choose another path")
	}
	return bare(err)
}

// explainFile says what is wrong with a file that cannot be read.
func explainFile(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s does not exist; check the path", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s cannot be read by this user; change its owner or mode, or pass it with systemd's LoadCredential=", path)
	}
	return fmt.Errorf("%s cannot be read: %w", path, bare(err))
}

// bare is the cause of an error, without the operation and the address around it.
func bare(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	var call syscall.Errno
	if errors.As(err, &call) {
		return call
	}
	return err
}

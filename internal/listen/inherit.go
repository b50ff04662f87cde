package listen

import (
	"fmt"
	"net"
	"os"

	"github.com/coreos/go-systemd/v22/activation"
)

// Names that a socket unit may give with FileDescriptorName=. Every other name, and none, is a
// socket to serve on.
const (
	redirectName = "http-redirect"
	adminName    = "admin"
)

// inherited are the sockets that the service manager has opened (sd_listen_fds).
type inherited struct {
	main            []net.Listener
	redirect, admin net.Listener
}

// inherit takes the sockets that were passed to this process, once.
func inherit() (inherited, error) {
	var all inherited
	files := activation.Files(true)
	defer func() {
		for _, file := range files {
			file.Close() // the listeners have descriptors of their own
		}
	}()
	for _, file := range files {
		ln, err := inheritOne(file)
		if err != nil {
			all.close()
			return inherited{}, err
		}
		switch file.Name() {
		case redirectName:
			all.redirect = replace(all.redirect, ln)
		case adminName:
			all.admin = replace(all.admin, ln)
		default:
			all.main = append(all.main, ln)
		}
	}
	return all, nil
}

func inheritOne(file *os.File) (net.Listener, error) {
	ln, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("LISTEN_FDS: the socket %q passed by systemd is no stream socket; use ListenStream= in its unit", file.Name())
	}
	if !accepts(ln) {
		ln.Close()
		return nil, fmt.Errorf("LISTEN_FDS: the socket %q passed by systemd does not listen; use Accept=no in its unit", file.Name())
	}
	return ln, nil
}

// replace returns the later of two sockets of one name and closes the other.
func replace(old, ln net.Listener) net.Listener {
	if old != nil {
		old.Close()
	}
	return ln
}

func (all inherited) close() {
	for _, ln := range append(all.main, all.redirect, all.admin) {
		if ln != nil {
			ln.Close()
		}
	}
}

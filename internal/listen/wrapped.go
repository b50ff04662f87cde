package listen

import "net"

// wrapped makes connections with something around them.
type wrapped struct {
	net.Listener
	wrap func(net.Conn) net.Conn
}

// Accept is net.Listener.
func (l wrapped) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.wrap(conn), nil
}

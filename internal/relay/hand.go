package relay

import (
	"encoding/json"
	"net"
	"os"
	"time"

	"beckon/internal/socketpair"
	"beckon/internal/turn"
)

// Of a stream that is handed over.
const (
	copyBuffer = 8 << 10          // bytes on their way, each way
	copyTime   = 15 * time.Second // until one end takes them
)

// Hand gives the relay a stream that speaks STUN, and whose TLS ended here. It is the relay's from now on, also if
// there is an error. Two goroutines copy it to the process and back until either end closes it, or the process ends.
func (r *Relay) Hand(conn net.Conn) error {
	inner, end, err := socketpair.Open(socketpair.Stream)
	if err != nil {
		conn.Close()
		return err
	}
	err = r.offer(conn, inner, end)
	end.Close()
	if err != nil {
		conn.Close()
		inner.Close()
	}
	return err
}

// offer sends one end of a stream to the process, and begins to copy.
func (r *Relay) offer(conn, inner net.Conn, end *os.File) error {
	handed, err := json.Marshal(turn.Handed{Client: conn.RemoteAddr().String()})
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return errClosed
	case r.child == nil:
		return errNoProcess
	}
	if err := r.child.send(handed, end); err != nil {
		return err
	}
	r.handed[conn], r.handed[inner] = struct{}{}, struct{}{}
	r.streams.Add(2)
	go r.copy(conn, inner)
	go r.copy(inner, conn)
	return nil
}

// copy takes what comes from one end to the other until one of them ends, and then closes both.
func (r *Relay) copy(to, from net.Conn) {
	defer r.streams.Done()
	defer r.release(to, from)
	buf := make([]byte, copyBuffer)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			to.SetWriteDeadline(time.Now().Add(copyTime))
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// release closes a stream.
func (r *Relay) release(ends ...net.Conn) {
	r.mu.Lock()
	for _, end := range ends {
		delete(r.handed, end)
	}
	r.mu.Unlock()
	for _, end := range ends {
		end.Close()
	}
}

// drop closes all streams.
func (r *Relay) drop() {
	r.mu.Lock()
	var ends []net.Conn
	for end := range r.handed {
		ends = append(ends, end)
	}
	clear(r.handed)
	r.mu.Unlock()
	for _, end := range ends {
		end.Close()
	}
}

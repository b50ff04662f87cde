package wsconn

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"
)

// Memory for a message is taken as it comes, and at most a byte more than it may be long.
func TestRoomForAMessage(t *testing.T) {
	const most = 16 << 10
	for n, want := range map[int]int{1: 4096, 4096: 8192, 5000: 8192, most - 1: most, most: most + 1} {
		got, err := readAll(nil, iotest.OneByteReader(bytes.NewReader(make([]byte, n))), most)
		if err != nil || len(got) != n || cap(got) > want {
			t.Errorf("%d bytes of at most %d are in %d of %d, %v, want at most %d", n, most, len(got), cap(got), err, want)
		}
	}
	partial, err := readAll(nil, io.MultiReader(bytes.NewReader(make([]byte, 100)), iotest.ErrReader(io.ErrUnexpectedEOF)), 1<<20)
	if err == nil || cap(partial) > 4096 {
		t.Errorf("100 bytes of a long message are in %d, %v", cap(partial), err)
	}
}

// Who has sent little holds little, whoever had the parser before.
func TestRoomOfTheMessageBefore(t *testing.T) {
	r := newRig(t, newLoopback(t), usual())
	defer r.stop(t)
	for _, n := range []int{1<<14 + 1, 1 << 16} {
		p := newParser()
		p.message = make([]byte, 0, n)
		(&Conn{server: r.Server}).release(p)
		if cap(p.message) > 1<<14+1 {
			t.Errorf("the next has %d bytes from the start", cap(p.message))
		}
	}
	p := newParser()
	p.message = make([]byte, 0, 1<<16)
	p.fetched = []byte("\x82\x81\x00\x00\x00\x00x")
	if _, message, err := p.next(1 << 14); err != nil || len(message) != 1 || cap(message) > 1<<14+1 {
		t.Errorf("a message of a byte, before a login: %d of %d, %v", len(message), cap(message), err)
	}
}

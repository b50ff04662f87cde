package turn

import (
	"errors"
	"net"
	"testing"

	"github.com/pion/stun/v4"
)

// scripted answers each request over UDP with the next of its answers, whatever was asked.
func scripted(t *testing.T, answers ...[]stun.Setter) Server {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, maxMessage)
		for _, answer := range answers {
			n, from, err := conn.ReadFrom(buf)
			request := stun.New()
			if err != nil || stun.Decode(buf[:n], request) != nil {
				return
			}
			reply, err := stun.Build(append([]stun.Setter{stun.NewTransactionIDSetter(request.TransactionID)}, answer...)...)
			if err != nil {
				t.Error(err)
				return
			}
			conn.WriteTo(reply.Raw, from)
		}
	}()
	t.Cleanup(func() { conn.Close(); <-done })
	return Server{URL: "turn:" + conn.LocalAddr().String(), Username: "ana", Credential: "secret"}
}

func TestScriptedServers(t *testing.T) {
	refuse := func(code stun.ErrorCode, more ...stun.Setter) []stun.Setter {
		return append([]stun.Setter{stun.NewType(stun.MethodAllocate, stun.ClassErrorResponse), code}, more...)
	}
	challenge := func(code stun.ErrorCode) []stun.Setter {
		return refuse(code, stun.NewRealm("test"), stun.NewNonce("n"))
	}
	success := []stun.Setter{
		stun.NewType(stun.MethodAllocate, stun.ClassSuccessResponse), relayedAddress{},
		stun.NewLongTermIntegrity("ana", "test", "secret"),
	}
	for name, c := range map[string]struct {
		answers [][]stun.Setter
		kind    Kind // empty for success
		code    int
	}{
		"stale nonce":         {[][]stun.Setter{challenge(stun.CodeUnauthorized), challenge(stun.CodeStaleNonce), success, success}, "", 0},
		"always stale":        {[][]stun.Setter{challenge(stun.CodeUnauthorized), challenge(stun.CodeStaleNonce), challenge(stun.CodeStaleNonce)}, Rejected, 438},
		"no challenge":        {[][]stun.Setter{refuse(stun.CodeForbidden)}, Rejected, 403},
		"challenge for none":  {[][]stun.Setter{refuse(stun.CodeUnauthorized)}, Rejected, 401},
		"unsigned success":    {[][]stun.Setter{challenge(stun.CodeUnauthorized), success[:2]}, Garbled, 0},
		"success of nothing":  {[][]stun.Setter{challenge(stun.CodeUnauthorized), {success[0], success[2]}}, Garbled, 0},
		"an error of no code": {[][]stun.Setter{{stun.NewType(stun.MethodAllocate, stun.ClassErrorResponse)}}, Garbled, 0},
	} {
		_, err := probe(t, scripted(t, c.answers...), nil)
		var failure *Failure
		switch {
		case c.kind == "" && err == nil:
		case !errors.As(err, &failure) || failure.Kind != c.kind || failure.Code != c.code:
			t.Errorf("%s: %v, want %q %d", name, err, c.kind, c.code)
		}
	}
}

// relayedAddress is one that an allocation gives.
type relayedAddress struct{}

func (relayedAddress) AddTo(m *stun.Message) error {
	return stun.XORMappedAddress{IP: net.IPv4(192, 0, 2, 1), Port: 50000}.AddToAs(m, stun.AttrXORRelayedAddress)
}

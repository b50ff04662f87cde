package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"sync"

	"beckon/internal/turn"
)

// checkICE asks every STUN and TURN server that clients are told of whether it works, all at once. It is logged in
// meanwhile, as credentials end with the login that they are for.
func (x *examination) checkICE(ctx context.Context) {
	u, reply, err := x.login(ctx, x.nextName(), nil)
	if err == nil {
		defer u.bye()
		if !reply.Success {
			err = errors.New(reply.Message)
		}
	}
	if err != nil {
		x.unchecked("no user could log in: %s", reason(err))
		return
	}
	var servers []turn.Server
	for _, s := range reply.ICEServers {
		for _, url := range s.URLs {
			servers = append(servers, turn.Server{URL: url, Username: s.Username, Credential: s.Credential})
		}
	}
	if servers == nil {
		x.note(ICENone, "Start the server with --turn, or give it others' with --ice-server: a STUN server for users behind ordinary routers, a TURN server for all others.",
			"Clients are told of no STUN or TURN server: only users who see each other's addresses, such as in one network, can talk.")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, x.opts.Timeout)
	defer cancel()
	answers, failures := make([]turn.Answer, len(servers)), make([]error, len(servers))
	var all sync.WaitGroup
	for i, server := range servers {
		all.Go(func() { answers[i], failures[i] = turn.Probe(ctx, server, &tls.Config{RootCAs: x.roots}) })
	}
	all.Wait()
	for i, server := range servers {
		x.judgeICE(server, answers[i], failures[i])
	}
	x.judgeTransports(servers, failures)
}

// judgeICE tells how one server did.
func (x *examination) judgeICE(server turn.Server, answer turn.Answer, err error) {
	var failed *turn.Failure
	switch {
	case errors.As(err, &failed):
		x.blameICE(server, failed)
	case answer.Relayed.IsValid() && answer.Relayed.Addr().IsPrivate() && !x.address.Addr().IsPrivate() && !x.address.Addr().IsLoopback():
		x.problem(RelayAddressPrivate, "Tell the TURN server its public address (--turn-public-ip; coturn: external-ip).", "%s relays at %s, which others cannot reach.", server.URL, answer.Relayed)
	case answer.Relayed.IsValid():
		x.ok(ICEOK, "%s relays at %s.", server.URL, answer.Relayed)
	default:
		x.ok(ICEOK, "%s answers: the doctor comes from %s.", server.URL, answer.Mapped.Addr())
	}
}

// Codes of TURN servers' errors (RFC 8489 section 14.8, RFC 8656 section 18).
const (
	codeUnauthorized = 401
	codeForbidden    = 403
	codeQuota        = 486
	codeCapacity     = 508
)

func (x *examination) blameICE(server turn.Server, failed *turn.Failure) {
	url := server.URL
	const firewall = "See whether the STUN or TURN server runs, and whether firewalls let this port and transport in."
	switch failed.Kind {
	case turn.BadURL:
		x.problem(ICEBadURL, "Write stun:HOST:PORT or turn:USER:SECRET@HOST:PORT.", "%q is no URL of a STUN or TURN server.", url)
	case turn.Unsupported:
		x.unchecked("%s is reached by DTLS, which the doctor does not speak and browsers do not use", url)
	case turn.NoCredentials:
		x.problem(ICENoCredentials, "Write turn:USER:SECRET@HOST:PORT.", "%s comes without a user name and a password: browsers use no such TURN server.", url)
	case turn.Unresolved:
		x.problem(ICEUnresolved, "Correct the name, or give it an address in the DNS.", "The DNS knows no address of the host of %s.", url)
	case turn.Refused:
		x.problem(ICERefused, "Start the STUN or TURN server, or correct the port.", "%s is refused: nothing listens there.", url)
	case turn.Unreachable:
		x.problem(ICEUnreachable, firewall, "There is no way to %s from here.", url)
	case turn.Timeout:
		x.problem(ICETimeout, firewall, "%s does not answer.", url)
	case turn.TLS:
		x.problem(ICETLS, "Give the TURN server a certificate for its name by an authority that browsers trust, with the whole chain.", "%s fails at TLS: %v.", url, errors.Unwrap(failed))
	case turn.Rejected:
		x.problem(ICERejected, rejectionRemedy(failed.Code), "%s refuses with %d %s.", url, failed.Code, failed.Reason)
	case turn.Cut:
		x.problem(ICENotSTUN, firewall, "%s ends the connection without an answer.", url)
	default:
		x.problem(ICENotSTUN, "Correct the address: something else listens there.", "%s does not answer as a STUN or TURN server does.", url)
	}
}

func rejectionRemedy(code int) string {
	switch code {
	case codeUnauthorized:
		return "Give --ice-server the user name and the secret that the TURN server knows, or --turn-secret-file the secret that it shares. If they are made for a limited time, both clocks must agree."
	case codeForbidden:
		return "See what the TURN server allows: its list of users, realms and networks."
	case codeQuota:
		return "Raise the quota of the TURN server's user, or give each client a user name of its own."
	case codeCapacity:
		return "Give the TURN server more ports to relay at."
	}
	return "See the TURN server's log."
}

// judgeTransports tells of users whom no server that works will help.
func (x *examination) judgeTransports(servers []turn.Server, failures []error) {
	var works []string
	for i, server := range servers {
		if failures[i] == nil {
			works = append(works, strings.ToLower(server.URL))
		}
	}
	relays, streams := false, false
	for _, url := range works {
		relays = relays || strings.HasPrefix(url, "turn")
		streams = streams || strings.HasPrefix(url, "turns:") || strings.HasPrefix(url, "turn:") && strings.HasSuffix(url, "transport=tcp")
	}
	const example = "such as turns:USER:SECRET@%s:443?transport=tcp."
	switch {
	case works == nil:
	case !relays:
		x.note(ICENoRelay, "Start the server with --turn, or give it a TURN server with --ice-server.", "No TURN server works: about one pair of users in ten needs one.")
	case !streams:
		x.note(ICENoStream, "Let the server of --turn do TLS itself, or give one more --ice-server, "+fmt.Sprintf(example, "HOST"), "TURN works by UDP only: users in networks that let only the web through get no connection.")
	}
}

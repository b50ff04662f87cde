package protocol

// Ending is why a connection ended: one closed set that the close frame, the log and the metrics share.
type Ending uint8

// The endings. The first two come from the other side, the rest are the server's decision.
const (
	EndUnset          Ending = iota
	EndClientClosed          // the client sent a close frame
	EndConnectionLost        // the socket ended without one
	EndPingTimeout           // nothing came for the pong timeout after a ping
	EndWriteTimeout          // the socket took nothing for the write timeout
	EndSlowReader            // it does not read the answers that it asks for, or acknowledges nothing
	EndTooLarge              // a message over the limit
	EndViolation             // a breach of RFC 6455
	EndLoginTimeout          // no login in time
	EndRestart               // the server drains
	EndTakenOver             // the session was resumed on another socket
	EndDismissed             // an operator ended it
	EndTokenExpired          // the token that let the user in is no longer good
	EndFault                 // a fault in the server
	EndNameLost              // no answer to a ping, while another asked for the user's name
	endings                  // how many there are
)

// Endings returns all of them but EndUnset, for who must know them beforehand.
func Endings() []Ending {
	all := make([]Ending, 0, endings-1)
	for e := EndUnset + 1; e < endings; e++ {
		all = append(all, e)
	}
	return all
}

// Close codes (RFC 6455 section 7.4, and the private range for what it has no code for).
const (
	closeGoingAway      = 1001
	closeProtocolError  = 1002
	closePolicy         = 1008
	closeTooLarge       = 1009
	closeInternalError  = 1011
	closeServiceRestart = 1012
	closeTakenOver      = 4001
	closeNoLogin        = 4002
	closeTooSlow        = 4008
)

type ending struct {
	label string
	code  int
	text  string
}

func (e Ending) facts() ending {
	switch e {
	case EndClientClosed:
		return ending{label: "client_closed"}
	case EndConnectionLost:
		return ending{label: "connection_lost"}
	case EndPingTimeout:
		return ending{"ping_timeout", closeGoingAway, "no answer to a ping: reconnect"}
	case EndWriteTimeout:
		return ending{"write_timeout", closeTooSlow, "reads too slowly: reconnect"}
	case EndSlowReader:
		return ending{"slow_reader", closeTooSlow, "does not read what waits for it: reconnect"}
	case EndTooLarge:
		return ending{"too_large", closeTooLarge, "message too large"}
	case EndViolation:
		return ending{"protocol_violation", closeProtocolError, "not RFC 6455"}
	case EndLoginTimeout:
		return ending{"login_timeout", closeNoLogin, "no login in time: reconnect when you have a name"}
	case EndRestart:
		return ending{"restart", closeServiceRestart, "the server restarts: reconnect"}
	case EndTakenOver:
		return ending{"taken_over", closeTakenOver, "this session was resumed on another socket"}
	case EndTokenExpired:
		return ending{"token_expired", closePolicy, "the token has expired: log in with a new one"}
	case EndNameLost:
		return ending{"name_lost", closeGoingAway, "no answer to a ping, and another asked for the name: reconnect"}
	case EndDismissed:
		return ending{"dismissed", closePolicy, "an operator ended this connection: stay away"}
	case EndFault:
		return ending{"fault", closeInternalError, "a fault in the server cost this connection: reconnect"}
	default:
		return ending{label: "unset"}
	}
}

// String is the ending's label in logs and metrics.
func (e Ending) String() string { return e.facts().label }

// CloseCode is the code of the close frame that tells the client, or 0 where no frame is due.
func (e Ending) CloseCode() int { return e.facts().code }

// Text is the reason in the close frame: what happened and what to do.
func (e Ending) Text() string { return e.facts().text }

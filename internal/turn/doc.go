// Package turn speaks STUN (RFC 8489) and TURN (RFC 8656) over UDP, TCP and TLS. It is the only importer of pion's
// libraries.
//
// [Probe] is the client's side: it asks one server, as a browser that was told of it would, whether it answers.
package turn

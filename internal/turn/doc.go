// Package turn speaks STUN (RFC 8489) and TURN (RFC 8656) over UDP, TCP and TLS. It is the only importer of pion's
// libraries.
//
// [Probe] is the client's side: it asks one server, as a browser that was told of it would, whether it answers.
//
// [Main] is a server, in a process of its own (see package relay). Pion knows the protocol. In front of each socket and
// stream stands a door, which decides what pion sees and answers what pion asks: how many may ask without having an
// allocation, whose credentials are good, and until when. Behind it is a lease for each allocation, the relayed
// socket, which looks at every datagram: whether it may go where it goes, whether it was asked for, and whether it is
// within the bytes per second. What is refused is counted by its reason.
package turn

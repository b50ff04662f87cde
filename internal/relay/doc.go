// Package relay runs the embedded STUN and TURN server as a process of its own: package turn's, by the program's own
// executable. A fault in what reads everybody's datagrams ends that process and not signaling.
//
// The sockets are bound here, once, and inherited, so that they outlive the process. When it ends, or says nothing for a
// while, it is started again, later each time; meanwhile the kernel keeps what arrives. Its allocations are lost: clients
// come back by an ICE restart. The process is told its settings by its standard input, later also whose login is over,
// ends when that ends, and reports once a second on its standard output. What it writes to its standard error is logged
// when it has ended.
//
// TLS ends here, where the certificates are: [Relay.Hand] gives the process one end of a socket pair, and copies.
package relay

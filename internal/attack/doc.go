// Package attack lets the real server be attacked while healthy users talk through it, and measures what they notice.
//
// Each attack is a row of a table: what the attackers do, from addresses of their own (127.66.0.0/16, so that it takes
// Linux), how many there are, and how much memory the documented limits allow each. Before, during and after it two
// users exchange numbered messages, one in the plain dialect and one in beckon.v1, and newcomers log in. Every message
// must arrive once and in order, nobody may be cut off, no round trip may take longer than a deadline; the server's heap
// must stay below the bound and come back, like its goroutines, to what it was; and each refusal must be the documented
// one, and counted. The latencies are logged, not asserted: what they are depends on the machine.
//
//	go test -v ./internal/attack                          all of them, and a table of what was measured
//	go test -v ./internal/attack -run Attacks/ping        some
//	go test ./internal/attack -args -server ./bin/beckon  against a binary that was built before, with -race for example
//
// It has no code of its own.
package attack

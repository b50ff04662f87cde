// Package natlab lets people who sit behind every kind of NAT and firewall meet through the real program, in networks
// of Linux namespaces: an internet with a server on it, homes whose routers translate addresses in all the ways that
// RFC 4787 tells apart, and links that go down. A classifier checks that each home is what it claims to be.
//
// It has no code of its own. The tests need root and nft; where namespaces cannot be made they say so and leave all of
// it out, unless CI is set, which makes that a failure. Whatever they make carries the name of the run, is invisible to
// the networks of the machine, and is removed at the end, or by the next run after a crash.
package natlab

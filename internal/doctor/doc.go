// Package doctor examines a server from outside, as a client would, for an operator who is stuck: from its name in the
// DNS to calls that need a relay, and what the proxies in between make of it all. README.md documents what it finds
// and how scripts read that.
//
// Each check is one function in a file of its own. It reports findings, every one with a code, a text and, where
// something is wrong, a remedy; what it learns for the checks after it stands in the examination. A check that needs
// what another one did not get to is reported as unchecked, with the reason.
//
// The checks run one after the other on the caller's goroutine; those that wait for many things at once join the
// goroutines that they start. The doctor logs in under a random name to a random room, so nobody sees it, and
// prints neither tokens nor passwords.
package doctor

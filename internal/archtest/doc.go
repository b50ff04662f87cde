// Package archtest holds the architecture of this repository as tests: who may
// import whom, how large files and functions may grow, where goroutines start,
// what the client's modules may do. rules_test.go has the rules as data; each
// checker is itself tested against a small tree that breaks its rule.
package archtest

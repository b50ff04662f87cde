// Package testkit is for tests only: clients that speak beckon's wire as a stranger would, and a listener in
// memory that lets a whole server run in a bubble of testing/synctest.
//
// [Client] speaks in terms of the domain and fails its test by itself: Login, ExpectJoined, ExpectRelay. It
// waits for what is expected, so that tests need no sleeps. [Raw] writes single RFC 6455 frames, the forbidden
// ones included.
package testkit

// Package soak lets a random population use the real program, built with the race detector, for as long as it is told
// to, and holds everything that its clients hear against a model of who must have heard what.
//
// Its clients do what clients do, over real sockets, in both dialects, some behind a proxy that cuts, stalls and loses:
// they come, talk, leave, vanish, freeze, resume, take over, change rooms, ask for a taken name, send nonsense and stop
// reading. There are rooms of two by the hundred, in which that happens with milliseconds in between, rooms of about
// five, and one of a thousand. Every few seconds all of them come to rest: then everybody must know who is there, and
// every message must be accounted for. In the end they all leave, which must leave nothing behind in the server, and
// come back, and the server is told to stop in the midst of it.
//
//	make soak SOAK=1h             for an hour; without it for a minute
//	make soak SOAK=1h SEED=17     the choices of another run, whose seed was 17
//
// The seed repeats what clients decide, not how their decisions fall together in time.
//
// It has no code of its own.
package soak

// Package faults breaks what the real program depends on and looks at what its users see: processes are killed and
// frozen (clients, the server), links lose every packet in both directions or in one, readers stop, and clocks stand
// still while time goes on. Reverse proxies are killed and frozen in package proxies, browsers in web/test/e2e.
//
// It has no code of its own. The tests start the program as a process, and clients that are to be killed or frozen as
// processes, too.
package faults

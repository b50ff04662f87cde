// Package config turns command line flags and environment variables into one checked
// [Config].
//
// A flag on the command line wins over its environment variable, and that over the default.
// Every flag has one variable: BECKON_ and the flag's name in upper case, with _ for each -.
// Besides, PORT is obeyed as hosting platforms set it. An empty variable counts as unset. A
// variable that starts with BECKON_ and belongs to no flag is refused, since it is most
// likely a misspelt setting; the ones that Kubernetes sets for a service named beckon
// (BECKON_SERVICE_HOST, BECKON_PORT and the like) are let pass.
//
// The package has no state, reads no files and never exits the process.
package config

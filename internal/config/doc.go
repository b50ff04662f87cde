// Package config turns command line flags, environment variables and a configuration file into
// one checked [Config].
//
// A flag on the command line wins over its environment variable, that over the file, and that
// over the default. Every flag has one variable: BECKON_ and the flag's name in upper case, with
// _ for each -. An empty variable counts as unset. Besides, PORT is obeyed as hosting platforms
// set it: it takes the place of the port in the file's address to listen on, or in the default.
// A variable that starts with BECKON_ and belongs to no flag may be a misspelt setting, or one
// that an image or an orchestrator has set for itself: see [Input.Strays].
//
// The file is YAML, because it takes comments, lists and values without quotes, and operators
// know it. It is one mapping from flag names to values or lists of values; names that are no
// flags are refused, and so is all that YAML has beyond that (references, types, nesting).
// Values are read as text, by the flag alone: no and 0660 mean what they look like. Whatever is in a text that
// people do not see is refused, from wherever it comes.
//
// The package has no state, reads no files but that one and never exits the process.
package config

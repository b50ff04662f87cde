// Package httpd answers every HTTP request that is not a WebSocket: the chat page, the
// client library, the probes of an orchestrator, and errors as one line of plain text.
//
// Requests to upgrade are handed on to a handler given by the caller, with the
// http.ResponseWriter that the server made, so that the handler may hijack it.
package httpd

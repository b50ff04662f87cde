// Package ice holds the ICE servers that clients are told to use: STUN servers that show
// a browser its public address, and TURN servers that relay when no direct path exists.
//
// It parses and checks the URIs an operator configures (RFC 7064, RFC 7065), makes credentials
// of limited time for TURN servers that share a secret with this one, and hands it all out in the
// shape of RTCIceServer (webrtc-pc, section 4.2.2). It opens no sockets.
package ice

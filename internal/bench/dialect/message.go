package dialect

import (
	"bytes"
	"strconv"
)

// Message is something for another user, numbered so that nothing can be lost, repeated or overtaken unseen.
type Message struct {
	Type   string // offer, answer or candidate
	Number int
}

// mark stands before and after the number of a message. It is nowhere else in what users send.
const mark = '~'

// appendValue appends what a browser would send: the session description or the candidate, as JSON.
func (m Message) appendValue(dst []byte) []byte {
	head, tail := candidateHead, candidateTail
	if m.Type != "candidate" {
		dst = append(append(dst, `{"type":"`...), m.Type...)
		head, tail = sdpHead, sdpTail
	}
	dst = append(append(dst, head...), mark)
	dst = strconv.AppendInt(dst, int64(m.Number), 10)
	return append(append(dst, mark), tail...)
}

// Number finds the number of a message that was relayed, -1 if there is none.
func Number(message []byte) int {
	end := bytes.LastIndexByte(message, mark)
	if end < 0 {
		return -1
	}
	start := bytes.LastIndexByte(message[:end], mark)
	number, err := strconv.Atoi(string(message[start+1 : end]))
	if start < 0 || err != nil {
		return -1
	}
	return number
}

// What is around the number. A description like this one, of a call with sound, a picture and a data channel, is about
// 2.3 KB long as JSON, a candidate 220 bytes.
const (
	candidateHead = `{"candidate":"candidate:842163049 1 udp 1677729535 192.0.2.7 51884 typ srflx raddr 192.0.2.13 rport 51884 ` +
		`generation 0 ufrag EsAw network-cost 999","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"`
	candidateTail = `"}`

	sdpHead = `","sdp":"v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\n` +
		`t=0 0\r\na=group:BUNDLE 0 1\r\na=extmap-allow-mixed\r\n` +
		`a=msid-semantic: WMS 1f0f6c5e-2c3b-4c52-a2f3-2d3f3c0a9b11\r\n` +
		`m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n` +
		`a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\na=ice-options:trickle\r\n` +
		`a=fingerprint:sha-256 D2:FA:0E:C3:22:59:5E:14:95:69:92:3D:13:B4:84:24:2C:C2:A2:C0:3E:FD:34:8E:5E:EA:6F:AF:52:CE:E6:0F\r\n` +
		`a=setup:actpass\r\na=mid:0\r\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n` +
		`a=extmap:2 urn:ietf:params:rtp-hdrext:abs-send-time\r\n` +
		`a=extmap:3 urn:ietf:params:rtp-hdrext:transport-wide-cc-01\r\na=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n` +
		`a=sendrecv\r\na=msid:1f0f6c5e-2c3b-4c52-a2f3-2d3f3c0a9b11 3c8c0f0e-59a6-4f3f-9b1f-9a9f3a1c7d22\r\na=rtcp-mux\r\n` +
		`a=rtcp-rsize\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\n` +
		`a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n` +
		`a=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:13 CN/8000\r\n` +
		`a=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 telephone-event/8000\r\n` +
		`a=ssrc:3570614608 cname:4TOk42mSjXCkVIa6\r\n` +
		`a=ssrc:3570614608 msid:1f0f6c5e-2c3b-4c52-a2f3-2d3f3c0a9b11 3c8c0f0e-59a6-4f3f-9b1f-9a9f3a1c7d22\r\n` +
		`m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:EsAw\r\n` +
		`a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\na=ice-options:trickle\r\na=mid:1\r\na=recvonly\r\na=rtcp-mux\r\n` +
		`a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 goog-remb\r\na=rtcp-fb:96 transport-cc\r\na=rtcp-fb:96 ccm fir\r\n` +
		`a=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n` +
		`a=rtpmap:102 H264/90000\r\na=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f\r\n` +
		`m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:EsAw\r\n` +
		`a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\na=ice-options:trickle\r\n` +
		`a=fingerprint:sha-256 D2:FA:0E:C3:22:59:5E:14:95:69:92:3D:13:B4:84:24:2C:C2:A2:C0:3E:FD:34:8E:5E:EA:6F:AF:52:CE:E6:0F\r\n` +
		`a=setup:actpass\r\na=mid:2\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n` +
		`a=x-number:`
	sdpTail = `\r\n"}`
)

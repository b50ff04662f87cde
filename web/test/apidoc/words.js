// What the page says that no file of the library does.

export const about = `beckon introduces browsers to each other, and from then on they talk directly. This is its client library: ES
modules without dependencies, which every beckon server gives to any page. For a page of another origin start the server with
that origin, as in \`beckon --allowed-origin http://localhost:5173\`. Where everybody in a room is to be connected with
everybody, begin with join(). With the address of a server in the place of \`your.server\` this runs as it is:`;

export const server = `The library finds its server by itself: it is the one that the module came from. What was imported from
\`https://your.server/lib/beckon.js\` opens the WebSocket \`wss://your.server/ws\`, and from \`https://your.server/chat/lib/beckon.js\`
it opens \`wss://your.server/chat/ws\`. For another server, or with a copy of the library among your own files, say
\`new Signaling({ url: 'wss://your.server/ws' })\`, or \`url\` of join().

A page of another origin than the server's may import the library; to log in, its origin must be allowed by whoever runs the
server (\`--allowed-origin\`). The STUN and TURN servers are those that the server names. Pages cannot set others.`;

export const events = `Signaling, Peers, Peer, Channel and Room are each an \`EventTarget\`: \`addEventListener\` and \`removeEventListener\` are
the browser's, and what an event tells is in its \`detail\`.`;

/** Which sections there are, in order: of classes, with the functions, handles and types that go with them. */
export const sections = [
  { class: 'Room', functions: ['join'] },
  { class: 'Signaling', options: 'SignalingOptions', example: 'signaling.js' },
  { class: 'Peers', options: 'PeersOptions', example: 'peers.js' },
  { class: 'Peer', example: 'peer.js' },
  { class: 'Channel', options: 'ChannelOptions', example: 'channel.js', more: 'stream.js' },
  { title: 'Connection check', id: 'check', functions: ['checkServers', 'checkBrowser'], options: 'CheckOptions', example: 'check.js' },
  { class: 'SentTrack', options: 'SentTrackOptions', example: 'sent-track.js' },
  { class: 'Publication', example: 'publication.js' },
  { title: 'In Node', id: 'node', example: 'node.js' },
  { title: 'Functions', id: 'functions', functions: ['canConnect', 'newCertificate'], example: 'certificate.js' },
];

export const check = `In a module of its own, \`check.js\`, as most pages do without: what works from here, and what does not.
Everything ends: each step takes \`timeout\` at most, and every connection made for it is closed, also when \`signal\` aborts it.`;

export const node = `It also runs in Node, version 20 or newer, with a copy of its folder: \`web/app/lib\` in beckon's source, here
\`beckon\`, in a package of \`"type": "module"\`. Say with \`url\` where the server is, and pass what Node lacks: an
\`RTCPeerConnection\` that is made after the browsers', from a package, and before Node 22 a \`WebSocket\`, that of the package
\`ws\`. join() takes all three, too.

What a package does not do is not there: without \`generateCertificate()\` newCertificate() gives null, and who starts again is
somebody new. The process goes on until you call peers.dispose() and signaling.close(), and then ends by itself, when what
was sent has left; \`process.exit()\` cuts it off. The server need not allow an origin, as Node sends none.`;

export const functions = 'What is asked for before there is a connection.';

/** Closed sets: what each value means is in the comment of the type, or of those that it is put together from. */
export const sets = ['SignalingState', 'PeerState', 'PeerReason', 'ChannelState', 'Path', 'Route', 'Outcome', 'ErrorCode'];

// What others call it, for who comes from there. An empty right side is not allowed: what there is not is said.

const NONE = 'Not there';

export const introduction = `What is called how. The names on the right are those of the examples above: \`signaling\`, \`peers\`, a
Peer \`peer\`, a Room \`room\`, a Channel \`channel\`, a SentTrack \`sent\` and a Publication \`publication\`.`;

/** @type {{ id: string, title: string, rows: [string, string][] }[]} */
export const migrations = [
  {
    id: 'from-peerjs',
    title: 'Coming from PeerJS',
    rows: [
      ['`new Peer(id)`', '`signaling.login({ name })`, after `new Signaling()` and `new Peers(signaling)`'],
      ['`new Peer()`, with an id made up by the server', `${NONE}: everybody has a name, which may be \`crypto.randomUUID()\``],
      ['`peer.on(\'open\')`', '`await signaling.login({ name })`'],
      ['`peer.connect(id)`', '`peers.connect(name)`'],
      ['`peer.on(\'connection\')`', 'the event `peer` of `peers`, which comes for calls of your own, too: `incoming` tells'],
      ['`conn.on(\'open\')`', 'the event `open` of `peer`, or `await peer.opened`'],
      ['`conn.send(data)`, `conn.on(\'data\')`', '`peer.send(data)` and the event `message`. Strings, buffers and Blobs; for objects, `JSON.stringify()`'],
      ['`conn.close()`, `conn.on(\'close\')`', '`peer.close()` and the event `close`, with a `reason`'],
      ['`conn.metadata`', `${NONE}: say it in the first message`],
      ['Several connections to one user, `conn.label`', '`peer.channel(label)` on the same connection, and the event `channel` of `peer` on the other side'],
      ['`reliable: false`', '`peer.channel(label, { ordered: false, maxRetransmits: 0 })`'],
      ['`peer.call(id, stream)`', '`peer.addTrack(track, { streams: [stream] })` for each of its tracks, on the same connection'],
      ['`call.answer(stream)`', 'the same; whether to answer at all is `accept` of PeersOptions'],
      ['`call.on(\'stream\')`', 'the event `track` of `peer`, once for each track, with its `streams`'],
      ['`peer.listAllPeers()`', '`signaling.users`, those of the room, kept up to date'],
      ['`peer.on(\'error\')`', '`peer.reason`, the event `error` of `signaling`, and what promises reject with'],
      ['`peer.disconnect()`, `peer.reconnect()`', '`signaling.logout()`, `signaling.login({ name })`. After a lost socket it comes back by itself'],
      ['`peer.destroy()`', '`peers.dispose()` and `signaling.close()`'],
      ['`config: { iceServers }`', `${NONE}: they are the server's, see \`signaling.iceServers\``],
      ['`conn.peerConnection`', NONE],
    ],
  },
  {
    id: 'from-simple-peer',
    title: 'Coming from simple-peer',
    rows: [
      ['`new Peer({ initiator: true })`', '`peers.connect(name)`; when both do it they end up in one connection'],
      ['`peer.on(\'signal\')`, `peer.signal(data)`', `${NONE}: the server carries that. There is no way to bring your own signaling`],
      ['`peer.on(\'connect\')`', 'the event `open` of `peer`, or `await peer.opened`'],
      ['`peer.send(data)`, `peer.on(\'data\')`', '`peer.send(data)` and the event `message`. A string arrives as a string'],
      ['`peer.write()`, `pipe()`', '`peer.channel(label)` has web streams, `channel.readable` and `channel.writable`; those of Node are made from them by `Duplex.fromWeb()`'],
      ['`peer.addStream(stream)`', '`peers.publish(stream)` to everybody; to one, `peer.addTrack(track, { streams: [stream] })` for each track'],
      ['`peer.addTrack(track, stream)`', '`peer.addTrack(track, { streams: [stream] })`'],
      ['`peer.removeTrack(track, stream)`', '`sent.remove()`, of what `peer.addTrack(track)` returned'],
      ['`peer.replaceTrack(old, new, stream)`', '`sent.replaceTrack(track)`, likewise'],
      ['`peer.on(\'track\')`, `peer.on(\'stream\')`', 'the event `track` of `peer`, with its `streams`'],
      ['`peer.destroy()`', '`peer.close()`'],
      ['`peer.on(\'error\')`, `err.code`', '`peer.reason`'],
      ['`Peer.WEBRTC_SUPPORT`', '`canConnect()`'],
      ['`channelName`', '`label` of PeersOptions'],
      ['`wrtc`', '`RTCPeerConnection` of PeersOptions'],
      ['`config`, `sdpTransform`, `offerOptions`, `trickle: false`', NONE],
    ],
  },
  {
    id: 'from-trystero',
    title: 'Coming from Trystero',
    rows: [
      ['`joinRoom({ appId }, roomId)`', '`join({ room, name })`, at a server of your own; without one it is not there'],
      ['`selfId`', '`signaling.me`, which is `room.signaling.me`'],
      ['`room.onPeerJoin()`, `room.onPeerLeave()`', 'the events `peerjoin` and `peerleave` of `room`'],
      ['`room.getPeers()`', '`room.peers`, a list of Peer objects, not of `RTCPeerConnection`'],
      ['`room.makeAction(name)`', '`peer.channel(name)` for each peer, or the option `channels`; to all at once, put a `type` into your JSON and `room.broadcast(data)` it'],
      ['send to some: `send(data, peerId)`', '`peer.send(data)`, or `except` of `room.broadcast(data)`'],
      ['`send(…, progress)`, `onProgress`', '`onprogress` of `peer.sendBlob(blob)`. What arrives is told when all of it is there'],
      ['`room.addStream(stream)`', '`room.publish(stream)`; who comes later gets it, too'],
      ['`room.removeStream()`, `room.replaceTrack()`', '`publication.remove()`, `publication.replaceTrack(track)`'],
      ['`room.onPeerStream()`, `room.onPeerTrack()`', 'the event `track` of `room`'],
      ['metadata of a stream', '`purpose`, a word'],
      ['`room.ping(id)`', NONE],
      ['`password`', `${NONE}: who may log in is for the server's tokens to say (\`token\`)`],
      ['`rtcConfig`, `turnConfig`, `relayUrls`', `${NONE}: the server names what is needed`],
      ['`room.leave()`', '`room.leave()`'],
    ],
  },
];

/**
 * beckon: find the users of a room and connect to them, browser to browser.
 *
 *     import { Signaling, Peers } from 'https://your.server/lib/beckon.js';
 *
 *     const signaling = new Signaling();
 *     const peers = new Peers(signaling);
 *     peers.addEventListener('peer', ({ detail: { peer } }) => {
 *       peer.addEventListener('open', () => peer.send('hello')); // once
 *       peer.addEventListener('message', ({ detail }) => console.log(peer.name, 'says', detail.data));
 *     });
 *     await signaling.login({ name: 'ana' });
 *     for (const user of signaling.users.values()) peers.connect(user.userName);
 *
 * Names are those of the roster (`userName`), as the server shows them; whom you
 * look up or call may be written in any way that is the same name to the server. Text
 * from others, names included, is text: never put it into a page as HTML.
 *
 * checkServers() in check.js, which is loaded on its own, tells what each server
 * is good for from here.
 *
 * canConnect() tells whether this browser has WebRTC in earnest; where it has
 * not, calls fail with `error`, and who calls us is told at once.
 *
 * **Signaling** keeps one user in one room of the server, over lost sockets:
 * it reconnects with jittered back-off and logs in again by itself. Within the
 * server's resume window (15 s by default) it goes on with the same session:
 * nobody saw us leave, and what was sent to us meanwhile arrives. Where the
 * server wants a token (`tokenRequired`), `login({ name, token: () => fetchToken() })` has it asked
 * for a fresh one each time that it comes back. Who is logged in when the token expires is sent away
 * (`refused`): open() and another login() lead back, and connections with others go on meanwhile.
 *
 * A server that cannot be reached is waited for: `unreachable` tells of each try in vain and of what it may be, which is
 * also on the console after the first. login() with `wait: false` rejects instead, with the code `unreachable`.
 *
 * **Peers** makes one Peer per user, by connect() or because somebody
 * called; the event `peer` tells of both. What other clients send is taken in any form whose
 * meaning is plain; what is none comes as `unreadable`. When both sides call
 * at the same moment they end up in one connection. `peers.broadcast()` sends to all who are connected.
 *
 * Whoever calls is answered, unless `accept` says no (see PeersOptions): before it is asked nothing is made or told. So
 * many calls may be under way at once, and so many come from one user; what exceeds that is refused, and a `refused` event.
 *
 * With `new Peers(signaling, { relayOnly: true })`, or `relayOnly` set
 * later, others see the address of a TURN server only, never ours; a server may
 * ask for it too. Credentials for TURN servers are renewed before they lapse.
 *
 * What was hung up stays so: who has not heard of it is told as soon as that can be done, and who tries to get the
 * connection back is refused. A call that somebody makes by connect() is another one.
 *
 * `peers.close()` hangs up on everybody, and calls are still answered. Who is
 * done with it says `peers.dispose()`, which ends that too and lets go of all it
 * listens to, and then `signaling.close()`, which leaves the server and nobody else: connections go on without it. What was
 * sent arrives first, as with Peer.close().
 *
 * **Peer** is the connection to one user. It is `connecting`, `open` or `reconnecting`, and
 * ends `failed` or `closed` with a `reason` (a closed set, see PeerReason). `await peer.opened` waits for
 * the connection. It does not need the server while it is open. Touch that is lost is looked
 * for again, for two minutes: by a new path, and by a new connection. Its `path` is `direct` or `relay`, its `route` says
 * more (see Route).
 *
 * While a Peer is `reconnecting` it takes no messages: send() throws, and broadcast() leaves it out. What is to wait for the
 * `state` to be `open` again is yours to keep. What send() had taken before goes on by itself, unless the connection had to be
 * made anew: then `epoch` is another number, what had not all left is `unsent`, and what had just left may be lost. Tracks
 * need nobody to wait: they may be added and removed at any time.
 *
 * Messages may have any size up to 256 MiB (PeersOptions.maxMessageSize) where both sides have this library, and what a
 * browser takes otherwise. Peer.send() says when to pause, and `await peer.drained()` waits until it is time to go on.
 *
 * `peer.channel(label, { ordered, maxRetransmits })` is a channel of its own beside that, made again with every new
 * connection, with web streams and `sendBlob(blob, { signal, onprogress })`; the other side has the event `channel`.
 *
 * Audio and video go by the same connection: `peer.addTrack(track, { streams, purpose })` returns what replaces and removes
 * it, `peers.publish(stream)` and PeersOptions.media send to everybody. The other side has the events `track` and
 * `removetrack` (see ReceivedTrack), over new paths and new connections; what cannot be agreed upon is a
 * `negotiationerror`, and disturbs nothing else.
 *
 * A name is not a person: once somebody else has it, they are another Peer, and nothing goes to them that was meant for
 * the first. People are told apart by their browsers' certificates (Peer.identity): keep yours with newCertificate()
 * and PeersOptions.certificate to be recognized after a reload.
 *
 * **Room** is for a room where everybody is connected with everybody: join() makes one, and has a Signaling and a Peers do all of it.
 *
 * @module
 */

export { Channel } from './channel.js';
export { newCertificate } from './certificate.js';
export { Peer } from './peer.js';
export { Peers } from './peers.js';
export { CloseCode, SignalingError } from './protocol.js';
export { join, Room } from './room.js';
export { Signaling } from './signaling.js';
export { canConnect } from './webrtc.js';

/**
 * @typedef {import('./protocol.js').User} User
 * @typedef {import('./protocol.js').Signal} Signal
 * @typedef {import('./protocol.js').ErrorCode} ErrorCode
 * @typedef {import('./login-flow.js').LoginRequest} LoginRequest
 * @typedef {import('./login-flow.js').LoginOptions} LoginOptions
 * @typedef {import('./login-flow.js').LoginResult} LoginResult
 * @typedef {import('./room.js').RoomEvents} RoomEvents
 * @typedef {import('./signaling.js').SignalingState} SignalingState
 * @typedef {import('./signaling.js').SignalingEvents} SignalingEvents
 * @typedef {import('./signaling.js').SignalingOptions} SignalingOptions
 * @typedef {import('./unreachable.js').Unreachable} Unreachable
 * @typedef {import('./ice-supply.js').IceSupply} IceSupply
 * @typedef {import('./ice-request.js').IceReply} IceReply
 * @typedef {import('./channel.js').ChannelEvents} ChannelEvents
 * @typedef {import('./channel.js').ChannelOptions} ChannelOptions
 * @typedef {import('./channel.js').ChannelState} ChannelState
 * @typedef {import('./identity.js').Identity} Identity
 * @typedef {import('./media.js').ReceivedTrack} ReceivedTrack
 * @typedef {import('./sent-track.js').SentTrack} SentTrack
 * @typedef {import('./sent-track.js').SentTrackOptions} SentTrackOptions
 * @typedef {import('./publication.js').Publication} Publication
 * @typedef {import('./path.js').Path} Path
 * @typedef {import('./path.js').Route} Route
 * @typedef {import('./peer.js').PeerState} PeerState
 * @typedef {import('./peer.js').SendBlobOptions} SendBlobOptions
 * @typedef {import('./peer.js').PeerReason} PeerReason
 * @typedef {import('./peer.js').PeerEvents} PeerEvents
 * @typedef {import('./peers.js').PeersEvents} PeersEvents
 * @typedef {import('./peers.js').PeersOptions} PeersOptions
 */

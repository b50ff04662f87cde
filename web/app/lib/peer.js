// The connection to one other user, as the application sees it. The work is
// done in link.js.

import { Emitter } from './emitter.js';
import { sameIdentity } from './identity.js';
import { pathOf } from './path.js';

/**
 * - `connecting`: the two are looking for a way to each other, or it rings
 * - `open`: messages can be sent
 * - `reconnecting`: touch is lost, and looked for again; no messages are taken meanwhile
 * - `failed`: there was no way, or there is none any more
 * - `closed`: one of the two hung up, or is gone
 *
 * The last two are final: a new connection to the same user is a new Peer.
 *
 * @typedef {'connecting' | 'open' | 'reconnecting' | 'failed' | 'closed'} PeerState
 */

/**
 * Why a Peer failed. The user was not reached:
 * - `unknown-user`: the server knows nobody of that name. To do: call whom Signaling.users lists; the event `joined` tells who comes
 * - `left`: the user left the server. To do: say so; when they are back (`joined`), connect() calls them
 * - `replaced`: somebody else has the name now, see Identity. To do: ask the user; connect() without `identity` calls whoever it is
 * - `busy`: too much waits for the user at the server already, who reads too slowly or hears from too many. To do: try again in
 *   some seconds
 * - `timeout`: the other side did not answer in time, or stopped halfway. To do: offer to try again; nobody may have heeded the
 *   call, see PeersOptions
 *
 * There was no path between the two:
 * - `no-candidates`: this browser finds no address of its own; WebRTC may be blocked. To do: have the user look for an extension,
 *   a setting or a VPN that blocks it; checkBrowser() tells
 * - `no-remote-candidates`: the other side told of none of its own. To do: the same over there, or mend the client that sends none
 * - `bad-candidates`: those that the other side told of are none that this browser takes. To do: mend that other client
 * - `relay-only`: our address is to stay hidden, and there is no relay (TURN) to hide behind. To do: have the server offer one
 *   (`--turn`), or do without Peers.relayOnly
 * - `relay-refused`: the relay did not take the credentials that we have for it. To do: have its operator compare the secrets;
 *   `beckon doctor` tells
 * - `relay-full`: the relay has no room, or none for us. To do: try again later; its operator can raise its limits
 * - `relay-unreachable`: the relay did not answer. To do: try another network; checkServers() tells which of its addresses works
 * - `udp-blocked`: no STUN server answered, so our network lets no UDP out, and there is no relay. To do: try another network, or
 *   have the server offer a relay by TLS (`--turn`)
 * - `no-relay`: the networks of the two do not let through what is not relayed, and there is no relay. To do: have the server
 *   offer one (`--turn`)
 * - `ice-failed`: another reason; or there was a path, and there is none any more. To do: offer to try again, and checkServers()
 *   at both ends if that does not help
 *
 * It could not be tried:
 * - `error`: a description or an ICE server that the browser does not take, or no WebRTC at all. To do: ask canConnect() before
 *   the login, and have the user take another browser; in Node, pass an `RTCPeerConnection`
 *
 * Why it was closed:
 * - `closed-by-peer`: the other side hung up, or closed its page. To do: nothing; connect() calls again if the user wants to
 * - `hangup`: the other side declined the call, or hung up before the channel was open, when it was out of touch, or so as to cut
 *   off the rest. To do: as before; do not call again by yourself
 * - `left`: the user left the server, with the connection out of touch. To do: as for the `left` above
 * - `replaced`: somebody else has the name now, with the connection out of touch. To do: as for the `replaced` above
 * - `local`: we closed it, or our page went away. To do: nothing
 * - `protocol-error`: the other side sent a message larger than we put together, or chunks that are none of a message, or began
 *   a large message and did not go on with it for half a minute, in touch with us. To do: mend that other client
 * - `overload`: more large messages came at once, from all together, than we put together; the one from there paused, or was the
 *   largest. To do: have them send less at once, or raise PeersOptions.maxMessageSize
 *
 * @typedef {'unknown-user' | 'left' | 'replaced' | 'busy' | 'relay-only' | import('./diagnosis.js').Verdict
 *   | 'error' | 'closed-by-peer' | 'hangup' | 'local' | import('./chunks.js').Fault} PeerReason
 */

/**
 * @typedef {object} PeerEvents
 * @property {object} open once: now, for the first time, messages can be sent. (What it comes to later, `state` tells: each
 *   time, and also when only the route became known or changed.)
 * @property {{ state: PeerState, path: import('./path.js').Path | null, route: import('./path.js').Route | null, reason: PeerReason | null }} state
 *   also when only the route became known or changed: to greet somebody, use `open`
 * @property {{ route: import('./path.js').Route, path: import('./path.js').Path | null }} route the data goes by this way
 *   from now on: shortly after `open`, and whenever it is another one
 * @property {{ state: PeerState, reason: PeerReason | null }} close once: the Peer is over, `failed` or `closed`
 * @property {{ data: string | ArrayBuffer }} message the other side sent one
 * @property {object} drain after a send() that returned false: little enough waits to go on
 * @property {{ data: string | ArrayBuffer | Blob, error: unknown }} unsent what send() had taken and does not arrive, not
 *   even in part: its Blob could not be read, or the connection ended, or was made anew, before all of it had left. (Of
 *   what had left, `epoch` tells.)
 * @property {{ channel: import('./channel.js').Channel }} channel the other side has made a channel of which we had none yet;
 *   listen to it at once, and nothing is missed. Of more than 64 at once nothing is told, and they are closed
 * @property {import('./media.js').ReceivedTrack} track a track of the other side begins; each time anew when the connection
 *   was made anew
 * @property {import('./media.js').ReceivedTrack} removetrack once for each `track`: the other side has removed it, or the
 *   connection that it came by is over
 * @property {{ error: unknown }} negotiationerror what was to become of the open connection (a track, another path) could
 *   not be agreed upon; all else goes on. With a TimeoutError it may still be: there is just no answer so far
 */

/**
 * @typedef {object} SendBlobOptions
 * @property {AbortSignal} [signal] gives it up, also in the middle
 * @property {(sent: number) => void} [onprogress] called with the bytes passed on so far, for each 64 KiB or so
 */

/** @extends {Emitter<PeerEvents>} */
export class Peer extends Emitter {
  #link;
  /** @type {Promise<Peer> | null} made when it is asked for: a failure that nobody asked about is no error */
  #opened = null;

  /**
   * Peers makes these; see its connect() and its `peer` event.
   *
   * @internal
   * @param {import('./link.js').Link} link
   */
  constructor(link) {
    super();
    this.#link = link;
  }

  /** The other user's name. */
  get name() {
    return this.#link.name;
  }

  /** Who that is, apart from the name, which may be another's some day: for is(), and for Peers.connect(). */
  get identity() {
    return this.#link.identity;
  }

  /** The server's id of that user's login, as in the roster; '' if it was not listed. */
  get id() {
    return this.identity.id;
  }

  /** Of that browser's certificate, such as `sha-256 AB:CD:…`; '' until the other side has spoken. */
  get fingerprint() {
    return this.identity.fingerprint;
  }

  /**
   * Whether this is somebody whom we know already, or may be.
   *
   * @param {import('./identity.js').Identity} identity of another Peer
   */
  is(identity) {
    return sameIdentity(this.identity, identity);
  }

  /** Whether the other side called us. */
  get incoming() {
    return this.#link.incoming;
  }

  /** See PeerState. */
  get state() {
    return this.#link.state;
  }

  /**
   * Settles when the two are connected for the first time, to this Peer, or when that cannot come about any more: NetworkError
   * then, a DOMException, and `reason` says why.
   */
  get opened() {
    this.#opened ??= new Promise((resolve, reject) => {
      const settle = () => {
        if (this.epoch > 0) resolve(this);
        else if (!this.#link.live) reject(new DOMException(`Not connected to ${this.name}: ${this.reason}`, 'NetworkError'));
      };
      for (const type of /** @type {const} */ (['open', 'close'])) this.addEventListener(type, settle, { once: true });
      settle();
    });
    return this.#opened;
  }

  /** How the data goes; null until known, shortly after `open`. */
  get path() {
    return pathOf(this.#link.route);
  }

  /** How the data goes, more closely; see Route. */
  get route() {
    return this.#link.route;
  }

  /**
   * Counts the data channels there have been: 1 with the first `open`. When it
   * is another number at the next `open`, the connection was made anew, and
   * what was under way with the channel before may be lost.
   */
  get epoch() {
    return this.#link.epoch;
  }

  /** The subprotocol that the caller gave to the data channel (see PeersOptions.protocol), '' if none. */
  get protocol() {
    return this.#link.attempt?.channel?.protocol ?? '';
  }

  /** Why this Peer failed or was closed, else null. */
  get reason() {
    return this.#link.reason;
  }

  /** Bytes handed to send() that have not left yet, those of a Blob included. */
  get bufferedAmount() {
    return this.#link.attempt?.outflow?.amount ?? 0;
  }

  /**
   * Sends one message, reliably and in order. It may be as large as the other side has announced, 256 MiB by default (see
   * PeersOptions.maxMessageSize), and comes as one, a Blob as an ArrayBuffer. To a client that announces nothing, it may
   * be as large as its browser takes: 256 KiB mostly, 64 KiB at least.
   *
   * @param {string | ArrayBuffer | ArrayBufferView | Blob} data
   * @returns {boolean} false: it is taken, but more than 1 MiB waits; time to pause until `drain`, see drained()
   * @throws {TypeError} the message is larger than that
   * @throws {DOMException} InvalidStateError unless the state is `open`: nothing is kept until it is; OperationError if 256 MiB
   *   would wait with it (a message by itself may be larger). Nothing of it is sent then
   */
  send(data) {
    return this.#outflow.send(data);
  }

  /**
   * Sends a Blob, a File say, as one message: on the other side it is an ArrayBuffer. It is read as it leaves.
   *
   * @param {Blob} blob
   * @param {SendBlobOptions} [options]
   * @returns {Promise<void>} resolves when all of it was passed on: at most 1 MiB has not left yet. Rejects with what send()
   *   throws; with the signal's reason; with a NetworkError when the connection has ended or is made anew before; and when
   *   the Blob cannot be read. The other side gets nothing of it then
   */
  async sendBlob(blob, { signal, onprogress } = {}) {
    await this.#outflow.transfer(blob, { signal, progress: onprogress });
  }

  /**
   * Waits until it is time to send more: at once, or when no more than 256 KiB wait.
   *
   *     if (!peer.send(part)) await peer.drained();
   *
   * @param {AbortSignal} [signal]
   * @returns {Promise<void>} rejects with the signal's reason; with NetworkError, a DOMException, when the connection has
   *   ended or is made anew, and what waited is lost; with InvalidStateError when there was none yet
   */
  async drained(signal) {
    const outflow = this.#link.attempt?.outflow;
    if (!outflow) throw this.#notConnected;
    await outflow.drained(signal);
  }

  /**
   * Finds or makes a named channel beside the first, for as long as there is this Peer, whatever connections it comes to.
   *
   * @param {string} label
   * @param {import('./channel.js').ChannelOptions} [options] if there is none of that label yet
   * @returns {import('./channel.js').Channel} at first it may be `connecting`. The other side has the event `channel`, if it
   *   has none of that label yet
   * @throws {TypeError} options that contradict each other; a label or protocol of more than 65,535 bytes
   * @throws {DOMException} InvalidStateError if the Peer is over
   */
  channel(label, options) {
    if (!this.#link.live) throw this.#notConnected;
    return this.#link.channels.get(label, options);
  }

  get #outflow() {
    const outflow = this.#link.attempt?.outflow;
    if (this.state !== 'open' || !outflow) throw this.#notConnected;
    return outflow;
  }

  get #notConnected() {
    return new DOMException(`Not connected to ${this.name}`, 'InvalidStateError');
  }

  /**
   * Sends a track from the moment on in which the two are connected, and again by each later connection, until it is
   * removed or the Peer is over. Both sides may at any time. No more than 16 go at once, and fewer if the browser has so
   * much to say of each that no message holds it: what is left out is told by `negotiationerror`, with a QuotaExceededError.
   * What is beyond the 16 has its turn when others are removed.
   *
   * @param {MediaStreamTrack} track
   * @param {import('./sent-track.js').SentTrackOptions} [options]
   * @returns {import('./sent-track.js').SentTrack} to replace and remove it by
   * @throws {DOMException} InvalidStateError if the Peer is over; SyntaxError for a purpose that cannot be told
   */
  addTrack(track, options) {
    if (!this.#link.live) throw this.#notConnected;
    return this.#link.media.add(track, options);
  }

  /** Looks for a new path between the two; done by itself when touch is lost. */
  restartIce() {
    this.#link.restartIce();
  }

  /** Takes a call that rings; see PeersOptions. To decline it is close(). */
  accept() {
    this.#link.accept();
  }

  /**
   * Hangs up: for us that is all, and nothing more is heard. What send() has taken arrives first, if that can be done in time,
   * and only then does the other side see the end (`closed-by-peer`). What takes longer is cut off (`hangup`), and so is all
   * while `reconnecting`, and when the page goes away.
   *
   * A call that rings is declined, and one of ours that is not answered yet is taken back: `hangup` for the other side.
   *
   * @param {{ flush?: number }} [options] flush: how long that may take, in ms; default: 10 000. 0: it is cut off
   */
  close({ flush = 10_000 } = {}) {
    this.#link.hangUp(flush);
  }
}

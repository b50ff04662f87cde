// Everybody in a room, connected with everybody else: a mesh. Who comes calls
// those who are there; who is there waits to be called.

import { Backoff } from './backoff.js';
import { Emitter } from './emitter.js';
import { nameKey } from './names.js';
import { Peers } from './peers.js';
import { Signaling } from './signaling.js';

/** What ends a connection for good: one of the two wanted it so, the other is not there, or it cannot be tried here. */
const FINAL = Object.freeze(['local', 'hangup', 'closed-by-peer', 'left', 'unknown-user', 'replaced', 'protocol-error', 'relay-only', 'error']);
/** How long to wait before somebody is called again, in ms: the ceiling of the first wait, and the highest. */
const AGAIN = Object.freeze({ base: 4_000, cap: 60_000 });

/** @typedef {import('./peer.js').Peer} Peer */

/**
 * @typedef {object} RoomEvents
 * @property {{ peer: Peer }} peerjoin we are connected with somebody: once for each Peer
 * @property {{ peer: Peer, reason: import('./peer.js').PeerReason | null }} peerleave we are connected with somebody no more. Not
 *   while touch is lost (`reconnecting`), which may last two minutes: Room.peers lacks them then
 * @property {{ peer: Peer, data: string | ArrayBuffer }} message somebody sent one
 * @property {{ peer: Peer, channel: import('./channel.js').Channel }} channel somebody has made a channel, see PeerEvents
 * @property {{ peer: Peer } & import('./media.js').ReceivedTrack} track somebody sends one, see PeerEvents
 * @property {{ peer: Peer } & import('./media.js').ReceivedTrack} removetrack it is over, see PeerEvents
 */

/** @extends {Emitter<RoomEvents>} */
export class Room extends Emitter {
  /** Our login, for what is not here: its errors, the lists of users and ICE servers, whether we are online. */
  signaling;
  /** Our calls, likewise. */
  calls;
  #random;
  /** @type {Map<string, { backoff: Backoff, timer?: ReturnType<typeof setTimeout> }>} by nameKey; whom we call again */
  #again = new Map();
  #left = new AbortController();

  /**
   * @param {Signaling} signaling not logged in yet
   * @param {Peers} peers of that client, which answers everybody in the room
   * @param {object} [options]
   * @param {() => number} [options.random] evenly distributed in [0, 1); default: Math.random
   */
  constructor(signaling, peers, { random } = {}) {
    super();
    this.signaling = signaling;
    this.calls = peers;
    this.#random = random;
    const { signal } = this.#left;
    peers.addEventListener('peer', ({ detail: { peer } }) => this.#watch(peer), { signal });
    signaling.addEventListener('login', ({ detail: { resumed } }) => resumed || this.#callAll(), { signal });
  }

  /** The name that we have, or want to have again. */
  get name() {
    return this.signaling.me?.name ?? '';
  }

  /** Those to whom we are connected, and in touch. */
  get peers() {
    return this.calls.all.filter(({ state }) => state === 'open');
  }

  /**
   * Sends to all of `peers`, and waits for nobody; see Peers.broadcast().
   *
   * @param {string | ArrayBuffer | ArrayBufferView | Blob} data
   * @param {{ except?: Peer }} [options]
   */
  broadcast(data, options) {
    return this.calls.broadcast(data, options);
  }

  /**
   * Has everybody see and hear a stream; see Peers.publish().
   *
   * @param {MediaStream} stream
   * @param {{ purpose?: string }} [options]
   */
  publish(stream, options) {
    return this.calls.publish(stream, options);
  }

  /** Hangs up on everybody (`peerleave`, with `local`), and leaves the server. What was sent arrives first, as with Peer.close(). */
  leave() {
    this.#left.abort();
    for (const key of [...this.#again.keys()]) this.#callNoMore(key);
    this.calls.dispose();
    this.signaling.close();
  }

  #callAll() {
    const { users } = this.signaling;
    for (const { id, userName } of [...users.values()]) {
      if (users.has(id)) this.calls.connect(userName); // else somebody, told of the one before, has us leave
    }
  }

  /** @param {Peer} peer new */
  #watch(peer) {
    peer.addEventListener('open', () => {
      this.#callNoMore(nameKey(peer.name));
      this.emit('peerjoin', { peer });
    });
    peer.addEventListener('message', ({ detail: { data } }) => this.emit('message', { peer, data }));
    peer.addEventListener('channel', ({ detail: { channel } }) => this.emit('channel', { peer, channel }));
    for (const type of /** @type {const} */ (['track', 'removetrack'])) {
      peer.addEventListener(type, ({ detail }) => this.emit(type, { peer, ...detail }));
    }
    peer.addEventListener('close', ({ detail: { reason } }) => {
      if (peer.epoch > 0) this.emit('peerleave', { peer, reason });
      if (!peer.incoming && reason !== null && !FINAL.includes(reason)) this.#callAgain(peer.name);
    });
  }

  /** @param {string} name of whom we did not reach, or lost */
  #callAgain(name) {
    if (this.#left.signal.aborted) return;
    const key = nameKey(name);
    const waiting = this.#again.get(key) ?? { backoff: new Backoff({ ...AGAIN, random: this.#random }) };
    this.#again.set(key, waiting);
    clearTimeout(waiting.timer);
    waiting.timer = setTimeout(() => {
      if (this.signaling.userOf(name)) this.calls.connect(name);
      else this.#callNoMore(key); // who comes back calls us
    }, waiting.backoff.next());
  }

  /** @param {string} key of a name */
  #callNoMore(key) {
    clearTimeout(this.#again.get(key)?.timer);
    this.#again.delete(key);
  }
}

/**
 * Joins a room: connects to everybody there, and to everybody who comes.
 *
 *     import { join } from 'https://your.server/lib/beckon.js';
 *
 *     const room = await join({ room: 'tea', name: 'Ana' });
 *     room.addEventListener('peerjoin', ({ detail: { peer } }) => peer.send('Hello!'));
 *     room.addEventListener('message', ({ detail: { peer, data } }) => console.log(peer.name, 'says', data));
 *     room.addEventListener('peerleave', ({ detail: { peer } }) => console.log(peer.name, 'is gone'));
 *
 * From then on `room.broadcast('Who wants tea?')` reaches them all. Whom we called and did not reach, or lost, is called again for
 * as long as they are there, after 4 s at most and then more and more, up to a minute; not who has hung up.
 *
 * Called again, it makes another user with a Room of their own: by another name, or after leave() of the first (else it is
 * `name_taken`). `accept` is asked about those who come after us, as they are the ones who call.
 *
 * @param {import('./login-flow.js').LoginRequest & import('./login-flow.js').LoginOptions
 *   & Pick<import('./signaling.js').SignalingOptions, 'url' | 'WebSocket' | 'backoff'> & import('./peers.js').PeersOptions} options
 *   those of Signaling.login() and of Peers, and `url`, `WebSocket` and `backoff` of SignalingOptions
 * @returns {Promise<Room>} once we are in; listen at once, and nothing is missed
 * @throws {import('./protocol.js').SignalingError} as Signaling.login() does
 */
export async function join({ name, room, token, wait, signal, url, WebSocket, backoff, ...options }) {
  const signaling = new Signaling({ url, WebSocket, backoff, page: options.page });
  const joined = new Room(signaling, new Peers(signaling, options));
  try {
    await signaling.login({ name, room, token, wait, signal });
  } catch (error) {
    joined.leave();
    throw error;
  }
  return joined;
}

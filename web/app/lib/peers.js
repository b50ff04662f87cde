// Peer-to-peer connections to the users of a room, any number at once.

import { CallLimits } from './call-limits.js';
import { stamped } from './call.js';
import { Certificate, newCertificate } from './certificate.js';
import { Workspace } from './chunks.js';
import { EarlyCandidates } from './early-candidates.js';
import { Emitter } from './emitter.js';
import { HangUps } from './hang-ups.js';
import { NOBODY } from './identity.js';
import { lacksRelay } from './ice-servers.js';
import { Link } from './link.js';
import { nameKey } from './names.js';
import { withDefaults } from './options.js';
import { watchNetwork, watchPage } from './page-life.js';
import { readPayload } from './payload.js';
import { isDescription } from './protocol.js';
import { Publication } from './publication.js';
import { fingerprintOf } from './sdp.js';
import { Spare } from './spare.js';

/**
 * @typedef {object} PeersEvents
 * @property {{ peer: import('./peer.js').Peer, incoming: boolean }} peer a new Peer, of a call of ours (connect()) as of
 *   one of somebody else (`incoming`); listen to it at once, and nothing is missed
 * @property {import('./protocol.js').Signal} unreadable a message whose payload is none: an offer without SDP, say. It had
 *   no effect, and who called so is told that nobody answers
 * @property {{ name: string, call: string | null, why: import('./call-limits.js').Excess, count: number }} refused a call
 *   too many: nothing was made of it, and who called is told that nobody answers. count: of those so far
 */

/** @typedef {import('./options.js').PeersOptions} PeersOptions */
/** @typedef {import('./signaling.js').SignalingEvents} Heard */

/** @extends {Emitter<PeersEvents>} */
export class Peers extends Emitter {
  #signaling;
  #options;
  /** @type {Map<string, Link>} the live ones by nameKey */
  #links = new Map();
  /** @type {Set<Link>} those whose name is somebody else's now */
  #apart = new Set();
  /** Whether we keep our address from others, besides what the server wants. */
  #relayOnly;
  #early = new EarlyCandidates();
  #hangUps;
  #limits;
  #accept;
  #certificate = new Certificate();
  #spare;
  /** How many calls were too many. */
  #exceeded = 0;
  /** @type {Set<Publication>} what everybody gets */
  #published = new Set();
  /** Aborted by dispose(): ends all listening. */
  #life = new AbortController();

  /**
   * @param {import('./signaling.js').Signaling} signaling
   * @param {PeersOptions} [options]
   */
  constructor(signaling, options) {
    const { certificate, relayOnly, accept, maxCalls, page, media, ...rest } = withDefaults(options);
    super();
    this.#certificate.become(certificate);
    this.#signaling = signaling;
    this.#hangUps = new HangUps({ me: () => signaling.me?.name ?? '', send: (message) => signaling.send(message) });
    this.#limits = new CallLimits(maxCalls);
    this.#accept = accept;
    this.#relayOnly = relayOnly;
    this.#options = { ...rest, workspace: new Workspace(2 * rest.maxMessageSize) };
    this.#spare = new Spare(rest.RTCPeerConnection, () => this.#supply(), this.#certificate);
    this.#listen();
    watchPage(page, { hide: () => this.#shutAll() }, this.#life.signal);
    watchNetwork(page, () => this.#each((link) => link.moved()), this.#life.signal);
    if (media) this.publish(media);
  }

  /**
   * Whether others are to see the address of a relay (TURN) only, never ours.
   * It is also so when the server wants it so. Without a relay there are no new
   * connections then; with one, those that there are are made anew.
   */
  get relayOnly() {
    return this.#relayOnly || this.#signaling.iceSupply.relayOnly;
  }

  /** Does not open what the server keeps closed. */
  set relayOnly(relayOnly) {
    const before = this.relayOnly;
    this.#relayOnly = relayOnly;
    if (this.relayOnly === before) return;
    this.#each((link) => link.renewed());
    if (this.relayOnly && !lacksRelay(this.#supply())) this.#each((link) => link.hide());
  }

  /** The live Peers: connecting, open or reconnecting. */
  get all() {
    return Array.from(this.#live, (link) => link.peer);
  }

  get #live() {
    return [...this.#links.values(), ...this.#apart];
  }

  /**
   * Becomes somebody else for connections that are yet to come.
   *
   * @param {PromiseLike<RTCCertificate | null>} [certificate] see PeersOptions.certificate
   */
  renew(certificate = newCertificate(this.#options.RTCPeerConnection)) {
    this.#certificate.become(certificate);
    this.#spare.discard();
  }

  /**
   * Finds who is called already, or has called.
   *
   * @param {string} name
   * @returns {import('./peer.js').Peer | undefined} the live Peer of that user
   */
  get(name) {
    return this.#linkOf(name)?.peer;
  }

  /**
   * Calls a user of the room.
   *
   * @param {string} name in any spelling that the server takes for the same: `bob` finds Bob
   * @param {object} [options]
   * @param {import('./identity.js').Identity} [options.identity] of a Peer of that name: whoever else answers is hung
   *   up on, and the Peer has failed (`replaced`)
   * @returns {import('./peer.js').Peer} the live Peer of that user if there is one, else a new one; named as in the
   *   roster
   * @throws {TypeError} the name is no string
   * @throws {DOMException} InvalidStateError before the first login and after dispose(); NotSupportedError for oneself
   */
  connect(name, { identity = NOBODY } = {}) {
    if (this.#life.signal.aborted) throw new DOMException('This Peers was disposed of', 'InvalidStateError');
    if (typeof name !== 'string') throw new TypeError('Connect to a name: that of a User is its userName');
    const known = this.#linkOf(name);
    if (known) {
      known.accept(); // it may have been ringing
      return known.peer;
    }
    const { me } = this.#signaling;
    if (!me) throw new DOMException('Log in first', 'InvalidStateError');
    if (nameKey(me.name) === nameKey(name)) throw new DOMException('That is you', 'NotSupportedError');
    const link = this.#add(this.#signaling.userOf(name)?.userName ?? name, false, identity);
    this.#certificate.whenReady(() => link.dial());
    return link.peer;
  }

  /**
   * Sends one message to all to whom we are connected at the moment. That one of them cannot be sent it (with 256 MiB waiting
   * already) keeps it from nobody else. To pause for the slowest: `await Promise.allSettled(peers.all.map((peer) => peer.drained()))`.
   *
   * @param {string | ArrayBuffer | ArrayBufferView | Blob} data
   * @param {{ except?: import('./peer.js').Peer }} [options] except: who does not get it; whom it is from, say
   * @returns {import('./peer.js').Peer[]} to whom it was sent
   */
  broadcast(data, { except } = {}) {
    return this.all.filter((peer) => peer !== except && trySend(peer, data));
  }

  /**
   * Sends the tracks that a stream has at this moment to everybody with whom we are connected, now or later, as with
   * Peer.addTrack(), which also says how many. Who is connected is a matter of PeersOptions.accept.
   *
   * @param {MediaStream} stream
   * @param {{ purpose?: string }} [options] purpose: of each of the tracks
   * @returns {Publication} to replace tracks by, and to end it
   */
  publish(stream, options = {}) {
    const publication = new Publication(stream, options, () => this.#published.delete(publication));
    this.#published.add(publication);
    for (const peer of this.all) publication.add(peer);
    return publication;
  }

  /** Hangs up on everybody, as Peer.close() does. Calls are still answered; see dispose(). */
  close() {
    for (const peer of this.all) peer.close();
  }

  /**
   * Ends it for good: hangs up on everybody, as Peer.close() does, answers nobody any more, and lets go of the signaling client
   * and of the page, so that it can be collected. The signaling client goes on: it may be used by another Peers.
   */
  dispose() {
    this.#life.abort(); // first: who is told of the rest calls nobody any more
    this.close();
    this.#spare.want(false);
  }

  #listen() {
    /** @type {<K extends keyof Heard & string>(type: K, heard: (detail: Heard[K]) => void) => void} */
    const on = (type, heard) =>
      this.#signaling.addEventListener(type, ({ detail }) => heard(detail), { signal: this.#life.signal });
    // Who was told before us may have changed things again.
    on('state', () => this.#spare.want(this.#signaling.state === 'online'));
    on('ice', () => this.#each((link) => link.renewed()));
    on('signal', (signal) => this.#heard(signal));
    on('hangup', ({ name, call }) => this.#linkOf(name)?.hungUp(call));
    on('left', ({ user }) => this.#linkOf(user.userName)?.left());
    on('joined', ({ user }) => this.#signaling.users.has(user.id) && this.#joined(user));
    on('login', ({ resumed }) => resumed || this.#meet());
    on('caughtup', () => this.#meet());
    on('error', ({ code, name }) => {
      if (name !== null) this.#linkOf(name)?.refused(code);
    });
  }

  /**
   * Offers are not answered before we know who we are; what belongs to them is kept.
   *
   * @param {import('./protocol.js').Signal} signal
   */
  #heard(signal) {
    if (signal.type === 'offer') this.#certificate.whenReady(() => this.#received(signal));
    else this.#received(signal);
  }

  /** @param {import('./protocol.js').Signal} raw as it came */
  #received(raw) {
    if (this.#life.signal.aborted) return;
    const signal = { ...raw, payload: readPayload(raw) };
    const { type, name, payload } = signal;
    if (payload === undefined) return this.#unreadable(raw);
    const link = this.#linkOf(name);
    if (link) link.name = name; // now we know how it is written
    if (link?.receive(signal)) return;
    const called = ![link, undefined].includes(this.#linkOf(name)); // by a listener, just now
    if (called || this.#hangUps.has(name, signal.call)) return this.#refuse(signal);
    if (type === 'candidate') this.#early.keep(signal);
    else if (isDescription(payload, 'offer') && this.#admits(signal, this.#underWay)) {
      const link = this.#add(name, true, { id: this.#idOf(name), fingerprint: fingerprintOf(payload.sdp) });
      link.ring(signal);
      if (link.live && this.#accept) this.#decide(link, this.#accept);
    }
  }

  /** How many calls of others there are that have come to nothing yet. */
  get #underWay() {
    return this.all.filter(({ incoming, state }) => incoming && state === 'connecting').length;
  }

  /** @param {import('./protocol.js').Signal} offer @param {number} [underWay] how many calls there are beside it */
  #admits(offer, underWay = 0) {
    const why = this.#limits.count(offer.name, underWay);
    if (why !== null) this.#exceeds(offer, why);
    return why === null;
  }

  /** @param {import('./protocol.js').Signal} offer @param {import('./call-limits.js').Excess} why */
  #exceeds(offer, why) {
    const { name, call } = offer;
    this.#refuse(offer);
    this.emit('refused', { name, call, why, count: ++this.#exceeded });
  }

  /** @param {Link} link that rings @param {NonNullable<PeersOptions['accept']>} accept */
  async #decide(link, accept) {
    let accepted = false;
    try {
      accepted = await accept(link.peer);
    } finally {
      if (accepted) link.accept();
      else link.decline();
    }
  }

  /** @param {import('./protocol.js').Signal} signal */
  #unreadable(signal) {
    if (!this.#linkOf(signal.name)) this.#refuse(signal);
    this.emit('unreadable', signal);
  }

  /**
   * Who calls is told that nobody answers.
   *
   * @param {import('./protocol.js').Signal} signal
   */
  #refuse({ type, name, call }) {
    if (type === 'offer') this.#signaling.send(stamped({ type: 'leave', name }, call));
  }

  /** @param {import('./protocol.js').User} user */
  #joined({ userName }) {
    this.#sayGoodbye(new Set([nameKey(userName)]));
    this.#linkOf(userName)?.here();
  }

  /** @param {Set<string>} keys of who is there, and may not have heard that we hung up */
  #sayGoodbye(keys) {
    this.#hangUps.tellAgain(keys, (name) => this.#linkOf(name) !== undefined);
  }

  /** We came (back) to the room: who is there can be told what it may have missed. */
  #meet() {
    const keys = new Set(Array.from(this.#signaling.users.values(), (user) => nameKey(user.userName)));
    this.#sayGoodbye(keys);
    for (const link of [...this.#links.values()]) (keys.has(nameKey(link.name)) ? link.here() : link.missing());
  }

  /** @param {string} name */
  #linkOf(name) {
    return this.#links.get(nameKey(name));
  }

  /** @param {string} name @returns {string} '' if nobody of that name is listed */
  #idOf(name) {
    return this.#signaling.userOf(name)?.id ?? '';
  }

  /** What to connect with at the moment. */
  #supply() {
    const { iceSupply } = this.#signaling;
    return { ...iceSupply, relayOnly: this.#relayOnly || iceSupply.relayOnly };
  }

  /** @param {(link: Link) => void} what */
  #each(what) {
    for (const link of this.#live) what(link);
  }

  /** @param {string} name @param {boolean} incoming @param {import('./identity.js').Identity} identity */
  #add(name, incoming, identity) {
    const signaling = this.#signaling;
    /** @type {Link} */
    const link = new Link(name, incoming, {
      ...this.#options,
      spare: this.#spare,
      supply: () => this.#supply(),
      online: () => signaling.state === 'online',
      send: (message) => signaling.send(message),
      admits: (offer) => this.#admits(offer),
      exceeds: (offer) => this.#exceeds(offer, 'user'),
      hungUp: (call) => this.#hangUps.add(link.name, call),
      doubt: () => signaling.retryNow(),
      polite: () => (signaling.me?.name ?? '') < link.name,
      id: () => this.#idOf(link.name),
      early: (call) => this.#early.take(link.name, call),
      apart: () => this.#setApart(link),
      over: () => this.#forget(link),
    }, identity);
    this.#links.set(nameKey(name), link);
    for (const publication of this.#published) publication.add(link.peer);
    for (const [label, options] of Object.entries(this.#options.channels)) link.peer.channel(label, options);
    this.emit('peer', { peer: link.peer, incoming });
    return link;
  }

  /** @param {Link} link */
  #setApart(link) {
    this.#forget(link);
    this.#apart.add(link);
  }

  /** @param {Link} link */
  #forget(link) {
    if (this.#apart.delete(link)) return;
    this.#links.delete(nameKey(link.name));
    this.#early.take(link.name, null); // of a client without calls, and of no use any more
  }

  /** The page goes away: close the connections so that the others notice at once. */
  #shutAll() {
    this.#each((link) => link.shut('local'));
  }
}

/** @param {import('./peer.js').Peer} peer @param {string | ArrayBuffer | ArrayBufferView | Blob} data */
function trySend(peer, data) {
  try {
    peer.send(data);
    return true;
  } catch {
    return false;
  }
}

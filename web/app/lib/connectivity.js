// The attempts to connect with one user, one after another, and how things stand by what the current one reports:
//
//  reported                | connecting                | open                    | reconnecting
//  ------------------------+---------------------------+-------------------------+--------------------------------
//  opened                  | open                      | open                    | open
//  connected               | -                         | -                       | open, if its channel is usable
//  disconnected            | -                         | reconnecting            | for Recovery
//  failed (connection)     | who called looks again    | reconnecting            | for Recovery
//  channelClosed           | failed, the verdict       | closed, closed-by-peer  | for Recovery, as broken
//  renew, in time          | begins anew               | connecting; begins anew | begins anew
//  failed (a description)  | failed, error             | told                    | told
//  barren                  | failed, the verdict       | -                       | -
//  faulty                  | hangs up                  | hangs up                | hangs up
//
//  of our own              | connecting                | open                    | reconnecting
//  ------------------------+---------------------------+-------------------------+--------------------------------
//  begin(), also by dial() | in place of what there is | connecting              | for Recovery, as renewing
//  time is up              | failed, the verdict       |                         |
//  Recovery gives up       |                           |                         | failed; closed if they have left
//  the lease falls due     | -                         | looks for another path  | looks when it is open again
//  end(), hangUp()         | failed or closed          | failed or closed        | failed or closed
//
// In `failed` and `closed` nothing is heard or begun any more. The watchdog runs while connecting, Recovery while
// reconnecting; what comes from outside is in link.js. What the other side may have us begin, again and again, is spaced.

import { Attempt } from './attempt.js';
import { renewalOf, stamped } from './call.js';
import { Channels } from './channels.js';
import { Deadline } from './deadline.js';
import { lacksRelay } from './ice-servers.js';
import { Partner } from './partner.js';
import { Recovery } from './recovery.js';
import { RelayLease } from './relay-lease.js';
import { Spacing } from './spacing.js';
import { Standing } from './standing.js';
import { watchTouch } from './touch.js';

/** The last messages, and word of what comes instead, get so long to arrive before a connection is closed, in ms. */
const LINGER = 500;

/** @typedef {import('./peer.js').PeerReason} PeerReason */

/**
 * What a Link needs.
 *
 * @typedef {import('./partner.js').PartnerDeps & LinkOwner} LinkDeps
 *
 * @typedef {object} LinkOwner
 * @property {typeof RTCPeerConnection} RTCPeerConnection
 * @property {import('./spare.js').Spare} spare
 * @property {string} label of the channel
 * @property {string} protocol of the channel
 * @property {number} maxMessageSize see PeersOptions
 * @property {import('./chunks.js').Workspace} workspace of all
 * @property {number} connectTimeout ms
 * @property {boolean} autoAccept whether calls are answered by themselves; else they ring, here as at the other end
 * @property {(offer: import('./protocol.js').Signal) => boolean} admits false: one call too many, who calls is told
 * @property {(offer: import('./protocol.js').Signal) => void} exceeds that call was one too many, in the end
 * @property {number} ringTimeout how long, in ms
 * @property {() => import('./ice-supply.js').IceSupply} supply of the moment
 * @property {(message: import('./call.js').Message) => boolean} send false: not sent
 * @property {(call: string | null) => () => boolean} hungUp that call is over, and what renews it; the result tells the
 *   other side so. false: it will hear later
 * @property {() => void} doubt touch is lost: perhaps with the server too
 * @property {() => boolean} polite whether we give way to this user
 * @property {(call: string | null) => unknown[]} early candidates that were there before their offer
 * @property {() => void} apart called once, when the name is found to be somebody else's and the connection goes on
 * @property {() => void} over called once, when the Peer failed or was closed
 */

/** What is not private here is for who extends this. */
export class Connectivity extends Standing {
  /** @type {Attempt | null} the current one */
  attempt = null;
  /** Of new calls of the other side. */
  answers = new Spacing();
  /** Of those that we make because of the other side. */
  #dials = new Spacing();

  /**
   * @param {string} name of the other user
   * @param {LinkDeps} deps
   * @param {import('./identity.js').Identity} identity
   */
  constructor(name, deps, identity) {
    super();
    this.name = name;
    this.deps = deps;
    this.partner = new Partner(deps, identity);
    /** What goes to and fro besides messages and media. */
    this.channels = new Channels(this.peer, { workspace: deps.workspace, overload: () => this.hangUp(0, 'overload') });
    this.recovery = new Recovery({
      leads: () => !deps.polite(),
      online: deps.online,
      reachable: () => this.partner.reachable,
      restart: () => this.restartIce(),
      renew: () => this.#renew(),
      giveUp: (why) => this.#giveUp(why),
    });
    this.lease = new RelayLease({ supply: deps.supply, replace: () => this.state === 'open' && this.restartIce() });
    /** Until a connection must be there. */
    this.watchdog = new Deadline(() => this.#timeIsUp());
    this.watchdog.set(deps.connectTimeout);
  }

  /**
   * The id of the call that there is.
   *
   * @returns {string | null}
   */
  get call() {
    return this.attempt?.call ?? null;
  }

  /** Calls the other side, whoever that is now; again, if there was a call. */
  dial() {
    this.begin(renewalOf(this.call), true);
  }

  restartIce() {
    if (!this.live || !this.attempt || this.partner.apart) return;
    this.attempt.restart(this.deps.supply());
    this.lease.begin();
  }

  /**
   * Tells the other side, and closes.
   *
   * @param {number} [flush] ms that what was sent last may take to arrive first
   * @param {PeerReason} [reason]
   * @param {'failed' | 'closed'} [state]
   */
  hangUp(flush = 0, reason = 'local', state = 'closed') {
    const { attempt, call } = this;
    const tell = !this.live || this.partner.apart ? () => false : this.deps.hungUp(call);
    // The `leave` must not overtake the last message. Without a call, it might be taken for the next one's by then.
    if (this.state === 'open' && flush > 0 && (call !== null || attempt?.unsent)) {
      attempt?.drain(flush, LINGER, () => call !== null && tell());
    } else if (this.live && tell()) attempt?.close(LINGER);
    if (this.state !== 'closed') this.end(state, reason);
  }

  /**
   * Starts an attempt in place of the current one.
   *
   * @param {string | null} call
   * @param {boolean} outgoing
   * @returns {Attempt | null} null: that could not be done
   */
  begin(call, outgoing) {
    if (!this.live) return null;
    const again = this.state === 'connecting' && this.attempt !== null;
    const heard = this.state === 'reconnecting' || outgoing; // of the new one: not before that is the old one to close
    this.attempt?.close(heard ? LINGER : 0);
    this.attempt = null;
    this.#dials.cancel();
    if (this.state === 'reconnecting') this.recovery.renewing();
    else this.#connecting(outgoing, again);
    return this.live ? this.#try(call, outgoing) : null; // a listener may have closed it
  }

  /** @param {'failed' | 'closed'} state @param {PeerReason} reason */
  end(state, reason) {
    const wasLive = this.live;
    this.watchdog.clear();
    this.answers.cancel();
    this.#dials.cancel();
    this.lease.end();
    this.recovery.stop();
    this.attempt?.close();
    if (wasLive) this.deps.over();
    this.enter(state, { route: null, reason });
    if (wasLive) this.channels.end();
  }

  /** @override @param {boolean} alive */
  touch(alive) {
    const before = this.state;
    super.touch(alive);
    if (before === 'reconnecting' && this.state === 'open') this.lease.check(); // it may have fallen due
  }

  /** @param {boolean} outgoing @param {boolean} again whether we have been connecting: who has us call again gains no time */
  #connecting(outgoing, again) {
    const { autoAccept, ringTimeout, connectTimeout } = this.deps;
    this.recovery.stop();
    if (!outgoing || !again) this.watchdog.set(outgoing && !autoAccept ? ringTimeout : connectTimeout);
    if (this.state !== 'connecting') this.enter('connecting', { route: null });
  }

  /** @param {string | null} call @param {boolean} outgoing */
  #try(call, outgoing) {
    if (lacksRelay(this.deps.supply())) return this.#refuse(call, outgoing, 'relay-only');
    try {
      this.attempt = this.#newAttempt(call, outgoing);
      this.lease.begin();
      return this.attempt;
    } catch {
      return this.#refuse(call, outgoing, 'error'); // no WebRTC
    }
  }

  /**
   * We cannot connect, to anybody. Who calls us is told at once; who is called has heard nothing yet.
   *
   * @param {string | null} call
   * @param {boolean} outgoing
   * @param {PeerReason} reason
   */
  #refuse(call, outgoing, reason) {
    if (!outgoing) this.deps.send(stamped({ type: 'leave', name: this.name }, call));
    this.end('failed', reason);
    return null;
  }

  /** @param {string | null} call @param {boolean} outgoing */
  #newAttempt(call, outgoing) {
    const { RTCPeerConnection, spare, supply, label, protocol, maxMessageSize, workspace, polite } = this.deps;
    const { name } = this;
    return new Attempt({
      RTCPeerConnection, label, protocol, maxMessageSize, workspace, polite, call, outgoing,
      media: this.media, channels: this.channels,
      pc: spare.take(),
      supply: supply(),
      owner: {
        send: (type, payload) => this.partner.apart || this.deps.send(stamped({ type, name, [type]: payload }, call)),
        connection: (state) => this.#connectionChanged(state),
        opened: () => this.#opened(),
        emit: (type, detail) => this.peer.emit(type, detail),
        faulty: (fault) => this.hangUp(0, fault),
        channelClosed: () => this.#channelClosed(),
        renew: () => this.#redial(() => this.live),
        failed: (error) => this.state === 'connecting' ? this.#refuse(call, outgoing, 'error') : this.media.failed(error),
        barren: () => this.state === 'connecting' && this.end('failed', this.#verdict),
      },
    });
  }

  /** @param {RTCPeerConnectionState} state */
  #connectionChanged(state) {
    if (this.state === 'connecting') {
      if (state === 'failed') this.attempt?.lookAgain(() => this.restartIce());
    } else if (state === 'connected') {
      if (!this.attempt?.usable) return; // of a new attempt; or past use
      this.recovery.stop();
      this.touch(true);
    } else if (state === 'disconnected' || state === 'failed') {
      if (this.state === 'open') {
        this.enter('reconnecting');
        this.deps.doubt();
      }
      if (this.state === 'reconnecting') this.recovery[state]();
    }
  }

  #opened() {
    const attempt = /** @type {Attempt} */ (this.attempt);
    this.watchdog.clear();
    this.recovery.stop();
    this.#dials.cancel(); // they have come to their senses
    this.epoch++;
    this.enter('open');
    if (this.epoch === 1 && this.state === 'open') this.peer.emit('open', {});
    if (this.state !== 'open') return; // a listener closed it
    watchTouch(attempt, {
      route: (route) => {
        this.lease.use(route);
        if (this.state === 'open' && route !== this.route) this.enter('open', { route });
      },
      pulse: (alive) => (alive && !this.attempt?.usable) || this.touch(alive),
    });
  }

  /** No goodbye if there was no channel yet (Firefox gives up like this), nor out of touch: that may have lasted too long. */
  #channelClosed() {
    if (this.state === 'connecting') this.end('failed', this.#verdict);
    else if (this.state === 'reconnecting') this.recovery.broken();
    else if (this.live) this.end('closed', 'closed-by-peer');
  }

  /** Connects anew, unless the other side has not heard yet that we do. */
  #renew() {
    if (this.attempt?.unanswered) this.attempt.repeat();
    else if (!this.#dials.waiting) this.#redial(() => this.state === 'reconnecting');
  }

  /**
   * Calls again as soon as that may be, unless the other side has called by then, whom we only have yet to answer.
   *
   * @param {() => boolean} needed whether it still is then
   */
  #redial(needed) {
    if (!this.answers.waiting) this.#dials.do(() => needed() && this.dial());
  }

  /** Why there is no connection. */
  get #verdict() {
    return this.attempt?.verdict ?? 'timeout';
  }

  /** @param {'left' | 'ice-failed'} why */
  #giveUp(why) {
    if (this.partner.apart) this.end('closed', 'replaced');
    else if (why === 'left') this.end('closed', why);
    else this.end('failed', this.#verdict.startsWith('relay-') ? this.#verdict : why);
  }

  #timeIsUp() {
    const { attempt } = this;
    // It may be ringing there: not for us any more.
    if (attempt?.unanswered) this.deps.send(stamped({ type: 'leave', name: this.name }, attempt.call));
    this.end('failed', this.#verdict);
  }
}

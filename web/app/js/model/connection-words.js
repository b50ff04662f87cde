/** The state of a connection to somebody, in words, and what can be done about it. */

import { words } from '../words/index.js';

/** @import { PeerReason, Route } from '../../lib/beckon.js' */

/**
 * @typedef {object} ConnectionFacts
 * @property {string} name         the other person
 * @property {string} state        a Peer's state
 * @property {Route | null} route  a Peer's route
 * @property {PeerReason | null} reason why it failed or closed
 * @property {boolean} [begun]     whether there has been a call
 * @property {boolean} [untaken]   whether there has been no connection
 * @property {boolean} [hungUp]    whether it was us who hung up, if it was closed here
 * @property {boolean} online      whether they are in the room
 * @property {boolean} [former]    whether somebody else has the name now
 * @property {boolean} [another]   whether somebody else had the name before
 * @property {'none' | 'stun' | 'relay'} servers the best kind of ICE server that the server hands out
 * @property {boolean} relayForced whether it is the server that wants nobody's address shown
 *
 * @typedef {object} ConnectionWords
 * @property {'busy' | 'good' | 'bad' | 'off'} tone
 * @property {string} label  a few words, for the header and the list
 * @property {string} help   a sentence on what happened and what to do; may be ''
 * @property {string} action the text of the button that helps; may be ''
 */

const { connection: how, connectionHelp: why } = words;

/**
 * @param {ConnectionFacts} facts
 * @returns {ConnectionWords}
 */
export function connectionWords(facts) {
  if (facts.begun === false) return unbegunWords(facts);
  if (facts.reason === 'replaced' || (facts.former && facts.state !== 'open')) return replacedWords(facts);
  const help = facts.another ? why.another(facts.name) : '';
  switch (facts.state) {
    case 'connecting':
      return { tone: 'busy', label: how.connecting, help, action: '' };
    case 'open':
      return { tone: 'good', label: openLabel(facts.route), help: facts.former ? why.former(facts.name) : help, action: '' };
    case 'reconnecting':
      return { tone: 'busy', ...lostWords(facts), action: '' };
    case 'failed':
      return {
        tone: 'bad',
        label: how.failed,
        help: failureHelp(facts),
        action: facts.online ? how.tryAgain : '',
      };
    default:
      return {
        tone: 'off',
        label: facts.online ? how.disconnected : how.offline,
        help: closedHelp(facts),
        action: againWords(facts),
      };
  }
}

/**
 * @param {ConnectionFacts} facts
 * @returns {ConnectionWords}
 */
function replacedWords(facts) {
  return {
    tone: 'off',
    label: how.offline,
    help: why.former(facts.name),
    action: facts.online && !facts.former ? how.startAnew : '',
  };
}

/**
 * @param {ConnectionFacts} facts
 * @returns {ConnectionWords}
 */
function unbegunWords({ name, online, another }) {
  return { tone: 'off', label: online ? how.online : how.offline, help: another ? why.another(name) : '', action: '' };
}

/** @param {Route | null} route */
function openLabel(route) {
  return route === null ? how.connected : how.by[route];
}

/** @param {ConnectionFacts} facts */
function lostWords({ name, online }) {
  return online
    ? { label: how.reconnecting, help: why.interrupted(name) }
    : { label: how.offlineReconnecting, help: why.outOfReach(name) };
}

/** @param {ConnectionFacts} facts */
function failureHelp(facts) {
  const { name, reason, online } = facts;
  if (reason === 'left' || reason === 'unknown-user' || !online) return why.notOnline(name);
  switch (reason) {
    case 'error':
      return why.error;
    case 'busy':
      return why.busy(name);
    case 'timeout':
      return why.timeout(name);
    case 'no-candidates':
      return why.noCandidates;
    case 'no-remote-candidates':
      return why.noRemoteCandidates(name);
    case 'bad-candidates':
      return why.badCandidates(name);
    case 'relay-only':
      return facts.relayForced ? why.relayOnlyForced : why.relayOnly;
    case 'relay-refused':
      return why.relayRefused;
    case 'relay-full':
      return why.relayFull;
    case 'relay-unreachable':
      return why.relayUnreachable;
    default:
      return pathHelp(facts);
  }
}

/**
 * There is none between the two networks.
 * @param {ConnectionFacts} facts
 */
function pathHelp({ name, reason, servers }) {
  if (servers === 'relay') return why.noWayByRelay(name);
  if (servers === 'none') return why.oneNetworkOnly(name);
  return reason === 'udp-blocked' ? why.udpBlocked(name) : why.noWay(name);
}

/**
 * Again is only what has been before.
 * @param {ConnectionFacts} facts
 */
function againWords({ online, untaken }) {
  if (!online) return '';
  return untaken ? how.tryAgain : how.connectAgain;
}

/** @param {ConnectionFacts} facts */
function closedHelp({ name, reason, untaken, hungUp = true, online }) {
  switch (reason) {
    case 'local':
      return hungUp ? why.youDisconnected : why.youLeftThePage;
    case 'hangup':
    case 'closed-by-peer':
      return untaken ? why.notTaken(name) : why.theyDisconnected(name);
    case 'left':
      return why.theyLeft(name);
    case 'protocol-error':
      return why.notUnderstood(name);
    case 'overload':
      return why.tooMuch(name);
    default:
      return online ? why.ended : why.notOnline(name);
  }
}

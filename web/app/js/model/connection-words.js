/** The state of a connection to somebody, in words, and what can be done about it. */

/** @import { PeerReason, Route } from '../../lib/beckon.js' */

/**
 * @typedef {object} ConnectionFacts
 * @property {string} name         the other person
 * @property {string} state        a Peer's state
 * @property {Route | null} route  a Peer's route
 * @property {PeerReason | null} reason why it failed or closed
 * @property {boolean} [untaken]   whether there has been no connection
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
 * @property {'' | 'Try again' | 'Connect again' | 'Start a new conversation'} action  the button that helps
 */

/**
 * @param {ConnectionFacts} facts
 * @returns {ConnectionWords}
 */
export function connectionWords(facts) {
  if (facts.reason === 'replaced' || (facts.former && facts.state !== 'open')) return replacedWords(facts);
  const help = facts.another ? `This is not the same ${facts.name} as before. Nothing you wrote to the earlier ${facts.name} was sent here.` : '';
  switch (facts.state) {
    case 'connecting':
      return { tone: 'busy', label: 'Connecting…', help, action: '' };
    case 'open':
      return { tone: 'good', label: openLabel(facts.route), help: facts.former ? formerHelp(facts) : help, action: '' };
    case 'reconnecting':
      return { tone: 'busy', ...lostWords(facts), action: '' };
    case 'failed':
      return {
        tone: 'bad',
        label: 'Connection failed',
        help: failureHelp(facts),
        action: facts.online ? 'Try again' : '',
      };
    default:
      return {
        tone: 'off',
        label: facts.online ? 'Disconnected' : 'Offline',
        help: closedHelp(facts),
        action: facts.online ? 'Connect again' : '',
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
    label: 'Offline',
    help: formerHelp(facts),
    action: facts.online && !facts.former ? 'Start a new conversation' : '',
  };
}

/** @param {ConnectionFacts} facts */
function formerHelp({ name }) {
  return `Somebody else is called ${name} now, or ${name} has logged in anew: this page cannot tell. Nothing you wrote here goes to them.`;
}

/**
 * That both are in one network, often only one of them can tell, so it is not said: both are to read the same.
 *
 * @type {Record<Route, string>}
 */
const ROUTES = {
  'same-network': 'Connected directly',
  direct: 'Connected directly',
  relay: 'Connected through a relay',
  'relay-udp': 'Connected through a relay (UDP)',
  'relay-tcp': 'Connected through a relay (TCP)',
  'relay-tls': 'Connected through a relay (TLS)',
};

/** @param {Route | null} route */
function openLabel(route) {
  return route === null ? 'Connected' : ROUTES[route];
}

/** @param {ConnectionFacts} facts */
function lostWords({ name, online }) {
  return online
    ? { label: 'Reconnecting…', help: `The connection to ${name} was interrupted. Trying to get it back.` }
    : { label: 'Offline, reconnecting…', help: `${name} is out of reach. If they are back soon, the conversation goes on.` };
}

/** @param {ConnectionFacts} facts */
function failureHelp(facts) {
  const { name, reason, online } = facts;
  if (reason === 'left' || reason === 'unknown-user' || !online) {
    return `${name} is not online any more.`;
  }
  switch (reason) {
    case 'error':
      return 'This browser could not set the connection up.';
    case 'busy':
      return `Too much is waiting for ${name} at the server: their network may be slow. Try again in a moment.`;
    case 'timeout':
      return `${name} did not answer in time: they may be away, their page may be asleep, or their network is gone. Try again in a moment.`;
    case 'no-candidates':
      return 'This browser found no network to connect by. Is there one? Else an extension, a setting or a VPN blocks WebRTC: allow it for this page, or use another browser.';
    case 'no-remote-candidates':
      return `${name}’s browser found no way to be reached: WebRTC may be blocked there. ${name} could allow it, or use another browser.`;
    case 'bad-candidates':
      return `${name}’s program told of itself in a way that this browser does not understand.`;
    case 'relay-only':
      return facts.relayForced
        ? 'This server lets browsers connect through a relay only, and offers none. Its operator can switch one on (--turn).'
        : 'Your address is not to be shown, which takes a relay, and this server offers none. Switch off “Never show my address” to connect, or ask its operator to switch one on (--turn).';
    case 'relay-refused':
      return 'The relay did not let this browser in. Log out and in again; if that is no help, the server’s operator has to look at the relay’s secret.';
    case 'relay-full':
      return 'The relay has no room at the moment. Try again later.';
    case 'relay-unreachable':
      return 'No direct way was found, and the relay does not answer: a firewall may be in the way. Try another network.';
    default:
      return pathHelp(facts);
  }
}

/**
 * There is none between the two networks.
 * @param {ConnectionFacts} facts
 */
function pathHelp({ name, reason, servers }) {
  if (servers === 'relay') {
    return `No way was found between your network and ${name}’s, not even through the relay: a firewall may be in the way. Try another network.`;
  }
  if (servers === 'none') {
    return `With this server only browsers in one network can connect: join the same network as ${name}, or ask the server’s operator to switch on a relay (--turn).`;
  }
  const what = reason === 'udp-blocked'
    ? 'Your network seems to block UDP'
    : `No way was found between your network and ${name}’s`;
  return `${what}, and this server offers no relay: join the same network as ${name}, try another one, or ask the server’s operator to switch on a relay (--turn).`;
}

/** @param {ConnectionFacts} facts */
function closedHelp({ name, reason, untaken, online }) {
  switch (reason) {
    case 'local':
      return 'You disconnected.';
    case 'hangup':
    case 'closed-by-peer':
      return untaken ? `${name} did not take the call.` : `${name} disconnected.`;
    case 'left':
      return `${name} left.`;
    default:
      return online ? 'The connection has ended.' : `${name} is not online any more.`;
  }
}

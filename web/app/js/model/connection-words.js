/** The state of a connection to somebody, in words, and what can be done about it. */

/**
 * @typedef {object} ConnectionFacts
 * @property {string} name        the other person
 * @property {string} state       a Peer's state
 * @property {string | null} path   'direct', 'relay' or not known
 * @property {string | null} reason why it failed or closed
 * @property {boolean} online     whether they are in the room
 * @property {boolean} offersRelay whether the server hands out a TURN server
 *
 * @typedef {object} ConnectionWords
 * @property {'busy' | 'good' | 'bad' | 'off'} tone
 * @property {string} label  a few words, for the header and the list
 * @property {string} help   a sentence on what happened and what to do; may be ''
 * @property {'' | 'Try again' | 'Connect again'} action  the button that helps
 */

/**
 * @param {ConnectionFacts} facts
 * @returns {ConnectionWords}
 */
export function connectionWords(facts) {
  switch (facts.state) {
    case 'connecting':
      return { tone: 'busy', label: 'Connecting…', help: '', action: '' };
    case 'open':
      return { tone: 'good', label: openLabel(facts.path), help: '', action: '' };
    case 'reconnecting':
      return {
        tone: 'busy',
        label: 'Reconnecting…',
        help: `The connection to ${facts.name} was interrupted. Trying to get it back.`,
        action: '',
      };
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

/** @param {string | null} path */
function openLabel(path) {
  if (path === 'direct') return 'Connected directly';
  return path === 'relay' ? 'Connected through a relay' : 'Connected';
}

/** @param {ConnectionFacts} facts */
function failureHelp({ name, reason, online, offersRelay }) {
  if (reason === 'left' || reason === 'unknown-user' || !online) {
    return `${name} is not online any more.`;
  }
  if (reason === 'error') return 'This browser could not set the connection up.';
  const what = reason === 'timeout'
    ? `${name} could not be reached in time.`
    : `No way was found between your network and ${name}’s.`;
  return offersRelay
    ? `${what} Not even the relay could be reached: a firewall may be in the way. Try another network.`
    : `${what} This server offers no relay: ask its operator to set up a TURN server, or join the same network as ${name}.`;
}

/** @param {ConnectionFacts} facts */
function closedHelp({ name, reason, online }) {
  switch (reason) {
    case 'local':
      return 'You disconnected.';
    case 'hangup':
      return `${name} disconnected.`;
    case 'left':
      return `${name} left.`;
    case 'closed-by-peer':
      return `${name} closed the connection.`;
    default:
      return online ? 'The connection has ended.' : `${name} is not online any more.`;
  }
}

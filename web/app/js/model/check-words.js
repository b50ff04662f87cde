/** What the connection check found, in words, and what can be done about it. */

/** @import { BrowserCheck, ServerCheck } from '../../lib/check.js' */

/**
 * @typedef {object} CheckRow
 * @property {string} what  what was checked
 * @property {string} how   by which way; may be ''
 * @property {'busy' | 'good' | 'bad'} tone
 * @property {string} result
 * @property {string} advice what to do, or what else there is to say; may be ''
 * @property {number} ms     how long it took; 0: not known
 */

/** @type {Pick<CheckRow, 'tone' | 'result' | 'advice' | 'ms'>} */
const BUSY = { tone: 'busy', result: 'Checking…', advice: '', ms: 0 };

const NAMES = { udp: 'UDP', tcp: 'TCP', tls: 'TLS' };

/**
 * @param {BrowserCheck | null} check null: under way
 * @returns {CheckRow}
 */
export function browserRow(check) {
  const row = { what: 'This browser', how: 'WebRTC' };
  if (!check) return { ...row, ...BUSY };
  if (check.outcome === 'works') return { ...row, tone: 'good', result: 'Works.', advice: addressWords(check), ms: 0 };
  const advice = 'Is there a network? Else an extension, a setting or a VPN blocks WebRTC: allow it for this page, or use another browser.';
  return { ...row, tone: 'bad', result: 'Found no network to connect by.', advice, ms: 0 };
}

/** @param {BrowserCheck} check */
function addressWords({ hidden, ipv4, ipv6 }) {
  const kinds = [ipv4 > 0 ? `${ipv4} IPv4` : '', ipv6 > 0 ? `${ipv6} IPv6` : '', hidden > 0 ? `${hidden} hidden from pages (mDNS)` : ''];
  return `Addresses in its network: ${kinds.filter(Boolean).join(', ')}.`;
}

/**
 * @param {number | null | undefined} ms of a round trip; null: no answer; undefined: under way
 * @returns {CheckRow}
 */
export function lineRow(ms) {
  const row = { what: 'This server', how: 'WebSocket' };
  if (ms === undefined) return { ...row, ...BUSY };
  if (ms !== null) return { ...row, tone: 'good', result: 'Answers.', advice: '', ms };
  return { ...row, tone: 'bad', result: 'Does not answer.', advice: 'Is there a network? The page keeps trying to reach the server.', ms: 0 };
}

/**
 * @param {ServerCheck} check
 * @returns {CheckRow}
 */
export function serverRow(check) {
  const row = { what: check.url.replace(/\?.*$/, ''), how: `${check.kind.toUpperCase()} by ${NAMES[check.transport]}` };
  if (check.outcome === null) return { ...row, ...BUSY };
  const good = check.outcome === 'works';
  return { ...row, tone: good ? 'good' : 'bad', ms: check.ms, result: resultWords(check), advice: adviceWords(check) };
}

/** @param {ServerCheck} check */
function resultWords({ outcome, kind, code, echo }) {
  switch (outcome) {
    case 'works':
      return kind === 'stun' ? 'Answers.' : `Passes messages on, both ways (there and back: ${msWords(echo)}).`;
    case 'no-echo':
      return 'Lets this browser in, but passes nothing on.';
    case 'refused':
      return `Refuses the credentials (${code}).`;
    case 'forbidden':
      return `Forbids it (${code}).`;
    case 'full':
      return `Has no room (${code}).`;
    case 'unusable':
      return 'Is of no use to this browser.';
    default:
      return outcome === 'timeout' ? 'Did not answer in time.' : 'Cannot be reached.';
  }
}

/** @param {ServerCheck} check */
function adviceWords({ outcome, transport }) {
  switch (outcome) {
    case 'works':
      return '';
    case 'no-echo':
      return 'Its operator has to look at its public address (--turn-public-ip), and whether the firewall lets its ports through.';
    case 'refused':
      return 'Log out and in again; if that is no help, its operator has to look at the secret, and at the clock.';
    case 'forbidden':
      return 'Its operator has to look at what it allows.';
    case 'full':
      return 'Try again later; its operator can raise the limits.';
    case 'unusable':
      return 'Its operator has to look at the address: it may be malformed, lack credentials, or name a port that browsers block.';
    default:
      return unheard(transport);
  }
}

/** @param {ServerCheck['transport']} transport */
function unheard(transport) {
  const blocked = {
    udp: 'Your network may block UDP',
    tcp: 'Your network may block its port',
    tls: 'Your network may block its port, or its certificate may not be valid',
  }[transport];
  return `${blocked}: try another network. If it fails there too, its operator has to look at it.`;
}

/**
 * What it all means, in a sentence.
 *
 * @param {object} known
 * @param {boolean} known.running
 * @param {boolean} known.loggedIn
 * @param {boolean} known.able whether the browser can connect at all
 * @param {readonly ServerCheck[]} known.servers
 */
export function summaryWords({ running, loggedIn, able, servers }) {
  if (running) return 'Checking…';
  if (!able) return 'This browser cannot connect to anybody at the moment.';
  if (!loggedIn) return 'The server tells which STUN and TURN servers there are when one logs in. Log in to have them checked.';
  if (servers.length === 0) {
    return 'This server names no STUN and no TURN server: only browsers in one network can connect. Its operator can switch on a relay (--turn).';
  }
  const works = (/** @type {string} */ kind) => servers.some((check) => check.kind === kind && check.outcome === 'works');
  const relayed = servers.some(({ kind }) => kind === 'turn');
  if (works('turn')) {
    return servers.every(({ outcome }) => outcome === 'works')
      ? 'All is well: where there is no direct way, the relay helps.'
      : 'You can be connected: a relay works, though not all that was tried does.';
  }
  if (relayed) return 'No relay can be used from here: you can be connected only where there is a direct way.';
  return works('stun')
    ? 'Direct connections can work from here. This server offers no relay for where they do not (--turn).'
    : 'No server answers: only browsers in your network can connect to you.';
}

/** @param {number} ms */
export function msWords(ms) {
  return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
}

/**
 * The table as plain text, to be sent to whoever can help. No address of the
 * user's, no credential.
 *
 * @param {string} title
 * @param {string} summary
 * @param {readonly CheckRow[]} rows
 */
export function reportText(title, summary, rows) {
  const lines = rows.map(({ what, how, result, advice, ms }) =>
    `- ${what} (${how}): ${[result, advice, ms > 0 ? `[${msWords(ms)}]` : ''].filter(Boolean).join(' ')}`);
  return [title, summary, ...lines, ''].join('\n');
}

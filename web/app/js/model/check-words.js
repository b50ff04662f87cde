/** What the connection check found, in words, and what can be done about it. */

import { words } from '../words/index.js';

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

const { check: general, checkOf, checkSummary } = words;

/** @type {Pick<CheckRow, 'tone' | 'result' | 'advice' | 'ms'>} */
const BUSY = { tone: 'busy', result: general.busy, advice: '', ms: 0 };

const NAMES = { udp: 'UDP', tcp: 'TCP', tls: 'TLS' };

/**
 * @param {BrowserCheck | null} check null: under way
 * @returns {CheckRow}
 */
export function browserRow(check) {
  const { what, how, works, addresses, noNetwork, noNetworkAdvice } = checkOf.browser;
  if (!check) return { what, how, ...BUSY };
  if (check.outcome === 'works') return { what, how, tone: 'good', result: works, advice: addresses(check), ms: 0 };
  return { what, how, tone: 'bad', result: noNetwork, advice: noNetworkAdvice, ms: 0 };
}

/**
 * @param {number | null | undefined} ms of a round trip; null: no answer; undefined: under way
 * @returns {CheckRow}
 */
export function lineRow(ms) {
  const { what, how, answers, silent, silentAdvice } = checkOf.line;
  if (ms === undefined) return { what, how, ...BUSY };
  if (ms !== null) return { what, how, tone: 'good', result: answers, advice: '', ms };
  return { what, how, tone: 'bad', result: silent, advice: silentAdvice, ms: 0 };
}

/**
 * @param {ServerCheck} check
 * @returns {CheckRow}
 */
export function serverRow(check) {
  const row = { what: check.url.replace(/\?.*$/, ''), how: checkOf.server.how(check.kind.toUpperCase(), NAMES[check.transport]) };
  if (check.outcome === null) return { ...row, ...BUSY };
  const good = check.outcome === 'works';
  return { ...row, tone: good ? 'good' : 'bad', ms: check.ms, result: resultWords(check), advice: adviceWords(check) };
}

/** @param {ServerCheck} check */
function resultWords({ outcome, kind, code, echo }) {
  const { server } = checkOf;
  switch (outcome) {
    case 'works':
      return kind === 'stun' ? server.answers : server.relays(msWords(echo));
    case 'no-echo':
      return server.noEcho;
    case 'refused':
      return server.refused(code);
    case 'forbidden':
      return server.forbidden(code);
    case 'full':
      return server.full(code);
    case 'unusable':
      return server.unusable;
    default:
      return outcome === 'timeout' ? server.timeout : server.unreachable;
  }
}

/** @param {ServerCheck} check */
function adviceWords({ outcome, transport }) {
  const { server } = checkOf;
  switch (outcome) {
    case 'works':
      return '';
    case 'no-echo':
      return server.noEchoAdvice;
    case 'refused':
      return server.refusedAdvice;
    case 'forbidden':
      return server.forbiddenAdvice;
    case 'full':
      return server.fullAdvice;
    case 'unusable':
      return server.unusableAdvice;
    default:
      return server.unheardAdvice[transport];
  }
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
  if (running) return general.busy;
  if (!able) return checkSummary.unable;
  if (!loggedIn) return checkSummary.loggedOut;
  if (servers.length === 0) return checkSummary.noServers;
  const works = (/** @type {string} */ kind) => servers.some((check) => check.kind === kind && check.outcome === 'works');
  const relayed = servers.some(({ kind }) => kind === 'turn');
  if (works('turn')) {
    return servers.every(({ outcome }) => outcome === 'works') ? checkSummary.allWell : checkSummary.relayWorks;
  }
  if (relayed) return checkSummary.noRelayWorks;
  return works('stun') ? checkSummary.directOnly : checkSummary.nothingAnswers;
}

/** @param {number} ms */
export function msWords(ms) {
  return general.milliseconds(ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms));
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
  const lines = rows.map(({ what, how, result, advice, ms }) => {
    const found = [result, advice, ms > 0 ? `[${msWords(ms)}]` : ''].filter(Boolean).join(' ');
    return `- ${what} (${how}): ${found}`;
  });
  return [title, summary, ...lines, ''].join('\n');
}

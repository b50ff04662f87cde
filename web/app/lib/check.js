/**
 * The connection check: what works from here, and what does not. For whoever
 * wants to know why nobody can be reached; Peers does without.
 *
 *     import { checkServers } from 'https://your.server/lib/check.js';
 *
 *     const { iceServers } = await signaling.ice(); // fresh credentials
 *     for (const { url, outcome } of await checkServers(iceServers)) console.log(url, outcome);
 *
 * Everything ends: each step takes `timeout` at most, and every connection made
 * for it is closed, also when `signal` aborts it.
 *
 * @module
 */

import { browsersAddresses, newConnection } from './check-gather.js';
import { probe } from './check-probe.js';
import { canConnect } from './webrtc.js';

/** How long a step may take, in ms. */
const TIMEOUT = 10_000;
/** Servers checked at one time: a dead one is not to hold up the others for long. */
const LANES = 3;

/**
 * - `works`: STUN answered; through a relay (TURN) a message went there and back
 * - `no-echo`: the relay let us in, but nothing came back through it
 * - `refused`: the relay refused the credentials (`code`, mostly 401)
 * - `forbidden`: the relay forbids it (403)
 * - `full`: the relay has no room, or none for this user (486, 508)
 * - `unreachable`: no answer, as the browser says
 * - `timeout`: no answer in time
 * - `unusable`: the browser does not take it: malformed, without credentials, or at a port that it blocks
 *
 * @typedef {'works' | 'no-echo' | 'refused' | 'forbidden' | 'full' | 'unreachable' | 'timeout' | 'unusable'} Outcome
 */

/**
 * What is known of one address of one server.
 *
 * @typedef {object} ServerCheck
 * @property {string} url without credentials
 * @property {'stun' | 'turn'} kind of server
 * @property {'udp' | 'tcp' | 'tls'} transport to the server
 * @property {Outcome | null} outcome null: not known yet
 * @property {number} code the server's error (RFC 8489 section 14.8), or 0
 * @property {number} ms until STUN answered, or the relay let us in; else 0
 * @property {number} echo how long the message took there and back through the relay, in ms; else 0
 */

/**
 * @typedef {object} CheckOptions
 * @property {AbortSignal} [signal] ends it early
 * @property {number} [timeout] of each step, in ms; default: 10 000
 * @property {typeof globalThis.RTCPeerConnection} [RTCPeerConnection] default: the browser's
 */

/**
 * Checks every address of every server on its own.
 *
 * @param {RTCIceServer[]} iceServers
 * @param {CheckOptions & { report?: (checks: readonly ServerCheck[]) => void }} [options]
 *   report: told of all that is known, at first and after each change
 * @returns {Promise<ServerCheck[]>} in the order of the servers; rejects with the reason of `signal`
 */
export async function checkServers(iceServers, { signal, timeout = TIMEOUT, report = () => {}, RTCPeerConnection = globalThis.RTCPeerConnection } = {}) {
  const servers = iceServers.flatMap(({ urls, ...rest }) => [urls].flat().map((url) => ({ ...rest, urls: url })));
  const checks = servers.map(({ urls }) => unknown(urls));
  const tell = () => report([...checks]);
  const queue = servers.entries();
  const lane = async () => {
    for (const [i, server] of queue) {
      signal?.throwIfAborted();
      checks[i] = { ...checks[i], ...await probe(server, checks[i].kind, { signal, timeout, RTCPeerConnection }) };
      tell();
    }
  };
  tell();
  await Promise.all(Array.from({ length: LANES }, lane));
  return checks;
}

/**
 * Addresses are counted, and not told.
 *
 * @typedef {object} BrowserCheck
 * @property {'works' | 'no-candidates' | 'no-webrtc'} outcome `no-candidates`: no address to connect by; `no-webrtc`: see canConnect()
 * @property {number} hidden addresses that the browser hides behind names (mDNS)
 * @property {number} ipv4 addresses
 * @property {number} ipv6 addresses
 */

/**
 * Checks what this browser has to connect by.
 *
 * @param {CheckOptions} [options]
 * @returns {Promise<BrowserCheck>} rejects with the reason of `signal`
 */
export async function checkBrowser({ signal, timeout = TIMEOUT, RTCPeerConnection = globalThis.RTCPeerConnection } = {}) {
  const pc = canConnect(RTCPeerConnection) ? newConnection(RTCPeerConnection, {}) : null;
  if (!pc) return { outcome: 'no-webrtc', hidden: 0, ipv4: 0, ipv6: 0 };
  try {
    const addresses = await browsersAddresses(pc, { signal, timeout });
    const hidden = addresses.filter((address) => address.endsWith('.local')).length;
    const ipv6 = addresses.filter((address) => address.includes(':')).length;
    const outcome = addresses.length > 0 ? 'works' : 'no-candidates';
    return { outcome, hidden, ipv4: addresses.length - hidden - ipv6, ipv6 };
  } finally {
    pc.close();
  }
}

/**
 * @param {string} url
 * @returns {ServerCheck}
 */
function unknown(url) {
  const kind = /^turns?:/i.test(url) ? 'turn' : 'stun';
  const tcp = /\?transport=tcp$/i.test(url) ? 'tcp' : 'udp';
  const transport = /^(stun|turn)s:/i.test(url) ? 'tls' : tcp;
  return { url: url.replace(/^(\w+:).*@/, '$1'), kind, transport, outcome: null, code: 0, ms: 0, echo: 0 };
}

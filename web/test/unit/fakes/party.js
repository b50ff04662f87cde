// Ana and Bob, logged in at one server, each with Signaling and Peers of their
// own, in virtual time.

import { webcrypto } from 'node:crypto';
import { Peers, Signaling } from '../../../app/lib/beckon.js';
import { useClock } from './clock.js';
import { FakePage, record } from './events.js';
import { FakeNetwork } from './rtc.js';
import { FakeServer } from './server.js';

globalThis.crypto ??= webcrypto; // Node 18 has it, but not as a global

/**
 * Their pages keep their certificates: who reloads one, or joins again by that name, is the same person.
 *
 * @param {import('node:test').TestContext} t
 * @param {object} [options] of Peers; prepare: does something to each page first, arrange: to the server
 * @param {object} [signalingOptions]
 */
export async function startParty(t, { prepare = () => {}, arrange = () => {}, ...options } = {}, signalingOptions) {
  const clock = useClock(t);
  const server = new FakeServer();
  arrange(server);
  const network = new FakeNetwork();

  /** @type {Map<string, Promise<object>>} */
  const kept = new Map();

  async function join(name, { certificate = kept.get(name) } = {}) {
    certificate ??= network.RTCPeerConnection.generateCertificate();
    kept.set(name, certificate);
    const page = new FakePage();
    prepare(page);
    const signaling = new Signaling({ url: 'ws://test/ws', WebSocket: server.webSocketFor(name), random: () => 1, page, ...signalingOptions });
    const peers = new Peers(signaling, { RTCPeerConnection: network.RTCPeerConnection, certificate, page, ...options });
    t.after(() => {
      peers.close();
      signaling.close();
    });
    const login = signaling.login({ name });
    const states = watch(peers);
    const events = record(peers, 'peer');
    await clock.advance(10);
    await login;
    return { name, page, signaling, peers, events, states: (other) => states.get(other) ?? [] };
  }

  const ana = await join('ana');
  const bob = await join('bob');
  /** Somebody else logs in, perhaps by a name that has become free. */
  const comeAnother = (name) => join(name, { certificate: network.RTCPeerConnection.generateCertificate() });
  return { clock, server, network, ana, bob, join, comeAnother };
}

/** The state changes of all Peers by name, as words: 'open direct', 'failed timeout'. */
function watch(peers) {
  const states = new Map();
  peers.addEventListener('peer', ({ detail: { peer } }) => {
    const list = states.get(peer.name) ?? [];
    states.set(peer.name, list);
    peer.addEventListener('state', ({ detail: { state, path, reason } }) => {
      list.push([state, path, reason].filter(Boolean).join(' '));
    });
  });
  return states;
}

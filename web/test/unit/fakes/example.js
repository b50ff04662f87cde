// Runs an example as a page would, at the fake server.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { record } from './events.js';
import { startParty } from './party.js';

const LIB = new URL('../../../app/lib/', import.meta.url);
/** What ends an example, by what it has made. */
const END = `typeof room !== 'undefined' ? room.leave()
  : typeof peers !== 'undefined' ? (peers.dispose(), signaling.close()) : signaling.close()`;

/**
 * Bob is there, and answers.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} code
 * @param {(party: object) => unknown} [prepare] does something first
 */
export async function runExample(t, code, prepare = () => {}) {
  const party = await startParty(t);
  const { clock, server, network } = party;
  for (const { signaling } of [party.ana, party.bob]) signaling.logout();
  const bob = await party.join('Bob');
  const heard = [];
  bob.peers.addEventListener('peer', ({ detail: { peer } }) => heard.push([peer.name, record(peer, 'message')]));
  const said = [];
  const { log } = console;
  const folder = mkdtempSync(join(tmpdir(), 'beckon-example-'));
  setGlobals(t, { WebSocket: server.WebSocket, RTCPeerConnection: network.RTCPeerConnection });
  console.log = (...words) => said.push(words.join(' '));
  t.after(() => {
    console.log = log;
    rmSync(folder, { recursive: true });
  });
  await prepare({ ...party, bob });
  const file = join(folder, 'example.mjs');
  writeFileSync(file, `${code.replace(/'https:\/\/[\w.]+\/lib\//g, `'${LIB}`)}\nexport const end = () => ${END};`);
  const running = import(pathToFileURL(file).href);
  let loaded = false;
  running.finally(() => { loaded = true; }).catch(() => {});
  while (!loaded) await clock.advance(10);
  t.after((await running).end);
  await clock.advance(5_000);
  return { ...party, bob, heard, said };
}

/**
 * @param {import('node:test').TestContext} t until whose end they are so
 * @param {Record<string, unknown>} globals
 */
export function setGlobals(t, globals) {
  for (const [name, value] of Object.entries(globals)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true });
    t.after(() => (before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name]));
  }
}

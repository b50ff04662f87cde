// The examples that the README and the library itself give do what they say.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { record } from './fakes/events.js';
import { FakeStream, FakeTrack } from './fakes/media.js';
import { startParty } from './fakes/party.js';

const LIB = new URL('../../app/lib/', import.meta.url);
const read = (file) => readFileSync(new URL(file, import.meta.url), 'utf8');

const examples = new Map([
  ...Array.from(read('../../../README.md').matchAll(/^```js\n([^]*?)^```$/gm), ([, code], i) => [`README ${i + 1}`, code]),
  ['beckon.js', Array.from(read('../../app/lib/beckon.js').matchAll(/^ \* {5}(.*)$/gm), ([, line]) => line).join('\n')],
]);

/**
 * Runs an example as a page would, at the fake server.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} code
 */
async function run(t, code) {
  const party = await startParty(t);
  const { clock, server, network } = party;
  for (const { signaling } of [party.ana, party.bob]) signaling.logout();
  const bob = await party.join('Bob');
  const heard = [];
  bob.peers.addEventListener('peer', ({ detail: { peer } }) => heard.push([peer.name, record(peer, 'message')]));
  const said = [];
  const { log } = console;
  const folder = mkdtempSync(join(tmpdir(), 'beckon-example-'));
  Object.assign(globalThis, { WebSocket: server.WebSocket, RTCPeerConnection: network.RTCPeerConnection });
  console.log = (...words) => said.push(words.join(' '));
  t.after(() => {
    console.log = log;
    delete globalThis.WebSocket;
    delete globalThis.RTCPeerConnection;
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, 'example.mjs');
  const end = 'typeof room === "undefined" ? (peers.dispose(), signaling.close()) : room.leave()';
  writeFileSync(file, `${code.replace(/'https:\/\/[\w.]+\/lib\//g, `'${LIB}`)}\nexport const end = () => ${end};`);
  const running = import(pathToFileURL(file).href);
  let loaded = false;
  running.finally(() => { loaded = true; }).catch(() => {});
  while (!loaded) await clock.advance(10);
  t.after((await running).end);
  await clock.advance(5_000);
  return { ...party, bob, heard, said };
}

test('the README has examples, and so has the library', () => {
  assert.deepEqual([...examples.keys()], ['README 1', 'README 2', 'README 3', 'beckon.js']);
});

const VIDEO = 'README 3';

for (const [title, code] of examples) {
  if (title !== VIDEO) test(`the example of ${title} greets once, and hears`, async (t) => {
    const { bob, heard, said, clock, network } = await run(t, code);
    const [[name, messages]] = heard;
    assert.deepEqual(messages.map(({ data }) => data.toLowerCase().replace('!', '')), ['hello']);
    network.relay = true; // another route
    for (const pc of network.open) {
      pc.become('disconnected');
      pc.become('connected');
    }
    bob.peers.get(name).send('Well hello');
    await clock.advance(5_000);
    assert.equal(messages.length, 1);
    assert.ok(said.some((line) => line.includes('Bob') && line.includes('Well hello')), said.join('\n'));
  });
}

/** As much of a page as the example about video needs. */
function fakePage(t, media) {
  const shown = [];
  const createElement = (kind) => ({
    kind,
    append() {},
    addEventListener() {},
    remove() {
      shown.splice(shown.indexOf(this), 1);
    },
  });
  const page = {
    prompt: () => 'Ana',
    document: { createElement, body: { append: (element) => shown.push(element) } },
    navigator: { mediaDevices: { getUserMedia: async () => media } },
  };
  for (const [name, value] of Object.entries(page)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true });
    t.after(() => (before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name]));
  }
  return () => shown.filter(({ kind }) => kind === 'video').map(({ title, muted, srcObject: { id } }) => [title, muted, id]);
}

test(`the example of ${VIDEO} shows everybody while they are there, in less than fifty lines`, async (t) => {
  const code = examples.get(VIDEO);
  assert.ok(code.split('\n').length < 50);
  const [hers, his] = Array.from({ length: 2 }, () => new FakeStream([new FakeTrack('audio'), new FakeTrack('video')]));
  const shown = fakePage(t, hers);
  const { bob, clock } = await run(t, code);
  const publication = bob.peers.publish(his);
  await clock.advance(100);
  assert.deepEqual(shown(), [['Ana', true, hers.id], ['Bob', false, his.id]]);
  publication.remove();
  await clock.advance(100);
  assert.deepEqual(shown(), [['Ana', true, hers.id]]);
});

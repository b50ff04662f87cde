// The library in Node, as its page says: with packages from npm in the place of what a browser has.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as inFolder } from 'node:path';
import { after, before, test } from 'node:test';
import { RTCPeerConnection } from 'werift';
import WebSocket from 'ws';
import { join, Peers, Signaling } from '../../app/lib/beckon.js';
import { readExample } from '../apidoc/page.js';
import { Server } from './fixture/server.js';
import { eventually, pause } from './fixture/wait.js';

const timeout = 60_000;
const LIB = new URL('../../app/lib/', import.meta.url);

/** @type {Server} */
let server;
before(async () => { server = await Server.start(); });
after(() => server?.stop());

const socketUrl = () => `${server.socketUrl}/ws`;

/**
 * @param {import('node:test').TestContext} t
 * @param {string} name
 */
async function logIn(t, name) {
  const signaling = new Signaling({ url: socketUrl(), WebSocket });
  const peers = new Peers(signaling, { RTCPeerConnection });
  t.after(() => {
    peers.dispose();
    signaling.close();
  });
  await signaling.login({ name });
  return { signaling, peers };
}

/** @param {import('../../app/lib/peer.js').Peer | undefined} peer @returns {any[]} what it will have said */
function heardFrom(peer) {
  assert.ok(peer);
  /** @type {any[]} */
  const heard = [];
  peer.addEventListener('message', ({ detail }) => heard.push(detail.data));
  return heard;
}

test('two talk: text, bytes, and what is larger than the implementation takes', { timeout }, async (t) => {
  const [ana, bob] = [await logIn(t, 'Ana'), await logIn(t, 'Bob')];
  const toBob = await ana.peers.connect('Bob').opened;
  const toAna = bob.peers.get('Ana');
  const [anas, bobs] = [heardFrom(toBob), heardFrom(toAna)];
  const large = 'ä'.repeat(200_000); // of an implementation in JavaScript no more is asked
  const sent = ['Hello!', new Uint8Array([1, 2, 3]).buffer, large];
  for (const data of sent) {
    toBob.send(data);
    toAna?.send(data);
  }
  toBob.send(new Blob(['a', 'file']));
  await eventually('all has arrived', () => bobs.length === 4 && anas.length === 3);
  assert.deepEqual(anas, sent);
  assert.deepEqual(bobs.slice(0, 3), sent);
  assert.equal(Buffer.from(bobs[3]).toString(), 'afile');
  assert.deepEqual([toBob.path, toAna?.path], ['direct', 'direct']);
});

test('a named channel carries a file, and ends at both ends', { timeout }, async (t) => {
  const [ana, bob] = [await logIn(t, 'Ana'), await logIn(t, 'Bob')];
  /** @type {any[]} */
  const heard = [];
  bob.peers.addEventListener('peer', ({ detail: { peer } }) => peer.addEventListener('channel', ({ detail: { channel } }) => {
    channel.addEventListener('message', ({ detail }) => heard.push(detail.data));
    channel.addEventListener('close', () => heard.push(`${channel.label} is closed`));
  }));
  const peer = await ana.peers.connect('Bob').opened;
  const channel = await peer.channel('files').opened;
  await channel.sendBlob(new Blob([new Uint8Array(1_000_000)]));
  channel.close();
  await eventually('all has arrived', () => heard.length === 2);
  assert.ok(heard[0] instanceof ArrayBuffer);
  assert.deepEqual([heard[0].byteLength, heard[1]], [1_000_000, 'files is closed']);
  assert.equal(peer.state, 'open');
});

test('what is sent last arrives before the end', { timeout }, async (t) => {
  const [ana, bob] = [await logIn(t, 'Ana'), await logIn(t, 'Bob')];
  const peer = await ana.peers.connect('Bob').opened;
  const there = bob.peers.get('Ana');
  const heard = heardFrom(there);
  peer.send(new Uint8Array(1_000_000));
  peer.send('Goodbye!');
  peer.close();
  await eventually('the end is seen', () => there?.state === 'closed');
  assert.deepEqual(heard.map((data) => data.byteLength ?? data), [1_000_000, 'Goodbye!']);
  assert.equal(there?.reason, 'closed-by-peer');
});

test('a room meets, and parts', { timeout }, async (t) => {
  const enter = (/** @type {string} */ name) => join({ name, room: 'tea', url: socketUrl(), WebSocket, RTCPeerConnection });
  /** @type {import('../../app/lib/room.js').Room[]} */
  const rooms = [];
  t.after(() => rooms.forEach((room) => room.leave()));
  for (const name of ['Kim', 'Lou', 'Max']) rooms.push(await enter(name));
  await eventually('each is connected with each', () => rooms.every(({ peers }) => peers.length === 2));
  rooms[0].leave();
  await eventually('the others see one leave', () => rooms.slice(1).every(({ peers }) => peers.length === 1));
});

test('who has closed the client has left for good', { timeout }, async (t) => {
  const [ana, bob] = [await logIn(t, 'Ana'), await logIn(t, 'Bob')];
  bob.signaling.close();
  await eventually('he is gone', () => ana.signaling.users.size === 0);
  await pause(2_000);
  assert.deepEqual([bob.signaling.state, ana.signaling.users.size], ['closed', 0]);
});

test('a server that is away is waited for, and why is said', { timeout }, async (t) => {
  const other = await Server.start();
  t.after(() => other.stop());
  const signaling = new Signaling({ url: `${other.socketUrl}/ws`, WebSocket, backoff: { base: 100, cap: 200 } });
  t.after(() => signaling.close());
  const said = new Set();
  signaling.addEventListener('unreachable', ({ detail }) => said.add(detail.message));
  await signaling.login({ name: 'Ana' });
  await other.stop();
  await pause(1_000);
  assert.notEqual(signaling.state, 'online');
  assert.match([...said].join('\n'), /^The WebSocket .* does not open: connect ECONNREFUSED [^\n]*$/);
  await other.start();
  await eventually('she is back', () => signaling.state === 'online');
});

test('the example of the page answers, and its process ends when it is closed', { timeout }, async (t) => {
  const folder = mkdtempSync(inFolder(tmpdir(), 'beckon-node-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [werift, ws] = ['werift', 'ws'].map((name) => import.meta.resolve(name));
  const places = { './beckon/': LIB.href, 'wss://your.server/ws': socketUrl(), "'werift'": `'${werift}'`, "'ws'": `'${ws}'` };
  const code = Object.entries(places).reduce((text, [from, to]) => text.replace(from, to), readExample('node.js'));
  const file = inFolder(folder, 'echo.mjs');
  writeFileSync(file, `${code}\nprocess.on('SIGTERM', () => { peers.dispose(); signaling.close(); });\n`);
  const echo = spawn(process.execPath, [file], { stdio: ['ignore', 'inherit', 'inherit'] });
  t.after(() => echo.kill('SIGKILL'));
  const ana = await logIn(t, 'Ana');
  await eventually('Echo is there', () => ana.signaling.userOf('Echo'));
  const peer = await ana.peers.connect('Echo').opened;
  const heard = heardFrom(peer);
  peer.send('Hello!');
  await eventually('it answers', () => heard.length === 1);
  assert.deepEqual(heard, ['You said: Hello!']);
  const ended = new Promise((resolve) => echo.once('exit', resolve));
  echo.kill('SIGTERM');
  assert.equal(await ended, 0);
});

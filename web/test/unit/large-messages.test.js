// Two libraries exchange messages of any size, and tell each other that they do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Splitter } from '../../app/lib/chunks.js';
import { messageSizeIn, withMessageSize } from '../../app/lib/sdp.js';
import { record } from './fakes/events.js';
import { startParty } from './fakes/party.js';

const MiB = 1024 * 1024;
const LINE = /a=beckon-message-size:\d+\r\n/;

/** ana and bob, connected; older: neither hears what the other announces. */
async function startTalk(t, { older = false, rate, ...options } = {}) {
  const arrange = (server) => {
    server.intercept = (socket, { type, [type]: description }) => {
      if (older && description?.sdp) description.sdp = description.sdp.replace(LINE, '');
      return false;
    };
  };
  const party = await startParty(t, { arrange, ...options });
  const { ana, bob, clock, network } = party;
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  const other = bob.peers.get('ana');
  const [channel] = network.all[0].channels;
  if (rate) channel.rate = rate;
  return { ...party, peer, other, channel, heard: record(other, 'message') };
}

/** Two chunks of a message, and more would follow. */
function begun(size, first = 10) {
  const splitter = new Splitter(false, size);
  return [first, 10].map((length) => splitter.cut(new Uint8Array(length)));
}

test('text, data and Blobs of any size, both ways and in order', async (t) => {
  const { clock, peer, other, heard, network } = await startTalk(t);
  const back = record(peer, 'message');
  const data = Uint8Array.from({ length: 2 * MiB }, (_, i) => i % 255);
  const text = '€'.repeat(MiB);
  for (const message of [text, data, new Blob([data]), 'small']) {
    peer.send(message);
    other.send(message);
  }
  for (let i = 0; i < 200; i++) await clock.advance(10);
  for (const list of [heard, back]) {
    assert.deepEqual(list.map(({ data: { length, byteLength } }) => length ?? byteLength), [MiB, 2 * MiB, 2 * MiB, 5]);
    assert.equal(list[0].data, text);
    for (const i of [1, 2]) assert.deepEqual(new Uint8Array(list[i].data), data);
  }
  for (const { localDescription, remoteDescription } of network.all) {
    assert.doesNotMatch(localDescription.sdp, LINE, 'the browser need not know');
    assert.equal(messageSizeIn(remoteDescription.sdp), 256 * MiB);
  }
});

test('the announcement stands where a session may have attributes, and is read with care', () => {
  const sdp = 'v=0\r\ns=-\r\nt=0 0\r\nm=audio 9\r\nm=application 9\r\n';
  const announced = withMessageSize(sdp, 1000);
  assert.equal(announced, 'v=0\r\ns=-\r\nt=0 0\r\na=beckon-message-size:1000\r\nm=audio 9\r\nm=application 9\r\n');
  assert.equal(withMessageSize(sdp, 0), sdp);
  for (const [line, size] of [['1000\r', 1000], ['7', 7], ['', 0], ['-7', 0], ['7x', 0], ['1e9', 0], ['9'.repeat(400), 0]]) {
    assert.equal(messageSizeIn(`v=0\r\na=beckon-message-size:${line}\n`), size, line);
  }
  assert.equal(messageSizeIn('v=0\r\nb=beckon-message-size:1\r\n'), 0);
});

test('who announces nothing gets what fits, as it is, and what does not is refused', async (t) => {
  const { clock, peer, other, heard } = await startTalk(t, { older: true });
  const [looks] = begun(100);
  const large = 'x'.repeat(262_144);
  peer.send(large);
  for (const more of [`${large}x`, new Blob([large, 'x'])]) {
    assert.throws(() => peer.send(more), { name: 'TypeError', message: /262145.*262144/ });
  }
  for (const message of [looks, 'text']) peer.send(message);
  await clock.advance(10);
  assert.deepEqual(heard.map(({ data }) => data), [large, looks, 'text']);
  assert.equal(other.state, 'open');
});

test('maxMessageSize: the other side learns it, and refuses to send more', async (t) => {
  const { clock, peer, heard } = await startTalk(t, { maxMessageSize: 100_000 });
  assert.throws(() => peer.send('x'.repeat(100_001)), { name: 'TypeError', message: /100001.*100000/ });
  peer.send('x'.repeat(100_000));
  await clock.advance(10);
  assert.deepEqual(heard.map(({ data }) => data.length), [100_000]);
});

test('maxMessageSize 0: nothing is announced, and no chunk is sent to who does', async (t) => {
  const arrange = (server) => {
    server.intercept = (socket, { type, [type]: description }) => {
      if (!description?.sdp) return false;
      assert.doesNotMatch(description.sdp, LINE);
      description.sdp = withMessageSize(description.sdp, MiB);
      return false;
    };
  };
  const { ana, clock } = await startParty(t, { arrange, maxMessageSize: 0 });
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  assert.equal(peer.state, 'open');
  assert.throws(() => peer.send('x'.repeat(262_145)), TypeError);
});

test('who breaks the rules is hung up on, and does not come back by itself', async (t) => {
  const { clock, ana, channel, other, peer } = await startTalk(t);
  const [ends, heard] = [record(other, 'close'), record(other, 'message')];
  for (const message of [...begun(100), 'in between']) channel.send(message);
  await clock.advance(1000);
  assert.deepEqual(ends, [{ state: 'closed', reason: 'protocol-error' }]);
  assert.deepEqual([peer.state, peer.reason, heard], ['closed', 'hangup', []]);
  await clock.advance(200_000);
  assert.deepEqual(ana.peers.all, []);
});

test('too much from all together: who sends most of it is hung up on, and the others go on', async (t) => {
  const { ana, clock, network, bob, join } = await startTalk(t, { maxMessageSize: 100_000 });
  for (const name of ['zed', 'kim']) (await join(name)).peers.connect('bob');
  await clock.advance(100);
  const channels = [0, 2, 4].map((i) => network.all[i].channels[0]);
  const [first, second] = begun(100_000, 60_000);
  for (const channel of channels) channel.send(first);
  await clock.advance(10);
  assert.equal(bob.peers.all.length, 3);
  channels[1].send(second); // room for all of it is too much now
  await clock.advance(10);
  assert.deepEqual(bob.peers.all.map(({ name }) => name), ['ana', 'kim']);
  assert.equal(bob.states('zed').at(-1), 'closed overload');
  channels[2].send(second);
  await clock.advance(10);
  assert.equal(bob.peers.all.length, 2, 'there is room again');
  ana.peers.close();
  (await join('lea')).peers.connect('bob');
  await clock.advance(100);
  for (const message of [first, second]) network.all[6].channels[0].send(message);
  await clock.advance(10);
  assert.deepEqual(bob.peers.all.map(({ name }) => name), ['kim', 'lea'], 'what ana took is free');
});

test('send() says when to pause, and drain when to go on', async (t) => {
  const { clock, peer } = await startTalk(t, { rate: 10_000 });
  const drains = record(peer, 'drain');
  assert.equal(peer.send('small'), true);
  await peer.drained();
  assert.equal(peer.send(new ArrayBuffer(2 * MiB)), false);
  let went = false;
  const drained = peer.drained().then(() => { went = true; });
  await clock.advance(150);
  assert.deepEqual([drains.length, went], [0, false]);
  await clock.advance(100);
  await drained;
  assert.deepEqual([drains.length, peer.bufferedAmount], [1, 0]);
});

test('drained() before there is a connection, and when it ends', async (t) => {
  const { clock, ana, join, peer, other } = await startTalk(t, { rate: 10_000 });
  await join('kim');
  await assert.rejects(ana.peers.connect('kim').drained(), { name: 'InvalidStateError' });
  peer.send(new ArrayBuffer(2 * MiB));
  const waiting = assert.rejects(peer.drained(), { name: 'NetworkError' });
  other.close();
  await clock.advance(1000);
  assert.equal(peer.reason, 'closed-by-peer');
  await waiting;
  await assert.rejects(peer.drained(), { name: 'NetworkError' });
});

test('close() lets all of it arrive first, Blobs included', async (t) => {
  const { clock, peer, other, heard } = await startTalk(t, { rate: 10_000 });
  const told = [record(peer, 'unsent'), record(peer, 'drain')];
  for (const message of ['x'.repeat(2 * MiB), new Blob([new Uint8Array(2 * MiB)]), 'bye']) peer.send(message);
  peer.close();
  assert.equal(peer.state, 'closed');
  for (let i = 0; i < 60; i++) await clock.advance(10);
  assert.deepEqual([other.state, heard.map(({ data }) => data.length ?? data.byteLength), told],
    ['closed', [2 * MiB, 2 * MiB, 3], [[], []]]);
  assert.equal(other.reason, 'closed-by-peer');
});

test('but not for longer than it may, and then nothing arrives in part', async (t) => {
  const { clock, peer, other, heard, network } = await startTalk(t, { rate: 1_000 });
  const told = [record(peer, 'unsent'), record(peer, 'drain')];
  for (const message of ['first', 'x'.repeat(4 * MiB)]) peer.send(message);
  peer.close({ flush: 1_000 });
  await clock.advance(1_010);
  assert.ok(peer.bufferedAmount < 1.1 * MiB, 'no more goes into the channel');
  await clock.advance(4_000);
  assert.deepEqual([other.reason, heard.map(({ data }) => data)], ['hangup', ['first']]);
  assert.deepEqual([told, network.open], [[[], []], []]);
});

test('a connection that is made anew in the middle: it does not arrive, which is told, and all else goes on', async (t) => {
  const { clock, network, peer, other, heard } = await startTalk(t, { rate: 1_000 });
  const [pc] = network.all;
  const lost = record(peer, 'unsent');
  const large = 'x'.repeat(2 * MiB);
  peer.send(large);
  peer.send('behind');
  const waiting = assert.rejects(peer.drained(), { name: 'NetworkError' });
  await clock.advance(100);
  network.up = false;
  network.lose('disconnected');
  assert.throws(() => peer.send('x'), { name: 'InvalidStateError' });
  pc.channels[0].rate = Number.MIN_VALUE;
  await clock.advance(20_000);
  assert.deepEqual(lost, []);
  network.up = true;
  pc.settledWith = () => false;
  await clock.advance(5_000);
  assert.deepEqual([peer.state, peer.epoch, other.epoch], ['open', 2, 2]);
  assert.deepEqual(lost.map(({ data, error }) => [data, error.name]), [[large, 'NetworkError'], ['behind', 'NetworkError']]);
  await waiting;
  await peer.drained();
  for (const { data } of lost) peer.send(data);
  await clock.advance(100);
  assert.deepEqual(heard.map(({ data }) => data.length), [2 * MiB, 6]);
});

test('touch that is lost and found delays it, and no more', async (t) => {
  const { clock, network, peer, heard } = await startTalk(t, { rate: 10_000 });
  peer.send('x'.repeat(2 * MiB));
  await clock.advance(50);
  network.lose('disconnected');
  await clock.advance(1_000);
  network.lose('connected');
  await clock.advance(1_000);
  assert.deepEqual([peer.epoch, heard.map(({ data }) => data.length)], [1, [2 * MiB]]);
});

test('a large message that does not go on: who began it is hung up on, but not while touch is lost', async (t) => {
  const { clock, channel, network, other, peer } = await startTalk(t);
  const [first] = begun(100);
  channel.send(first);
  await clock.advance(20_000);
  network.lose('disconnected');
  await clock.advance(1_000);
  network.lose('connected');
  await clock.advance(25_000);
  assert.equal(other.state, 'open', 'it has half a minute again');
  await clock.advance(10_000);
  assert.deepEqual([other.state, other.reason, peer.reason], ['closed', 'protocol-error', 'hangup']);
});

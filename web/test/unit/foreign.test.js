// Clients of other hands: no call ids, one RTCPeerConnection, no queueing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { record } from './fakes/events.js';
import { FakeStream, FakeTrack } from './fakes/media.js';
import { startParty } from './fakes/party.js';

/** Logs a tutorial-style client in as 'zed'. */
async function startZed(t) {
  const party = await startParty(t);
  const { server, network, clock } = party;
  const socket = new server.WebSocket('ws://test/ws');
  const send = (frame) => socket.send(JSON.stringify(frame));
  const zed = { socket, send, pc: null, channel: null, heard: [], tracks: [], hungUp: false, answering: (sdp) => sdp };
  const listen = (channel) => {
    zed.channel = channel;
    channel.addEventListener('message', ({ data }) => zed.heard.push(data));
  };
  zed.start = (name) => {
    zed.pc = new network.RTCPeerConnection({ iceServers: [] });
    zed.pc.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate) setTimeout(() => send({ type: 'candidate', name, candidate }), 1);
    });
    zed.pc.addEventListener('datachannel', ({ channel }) => listen(channel));
    zed.pc.addEventListener('track', ({ track, streams }) => zed.tracks.push({ track, streams }));
  };
  zed.call = async (name) => {
    zed.start(name);
    listen(zed.pc.createDataChannel('messenger'));
    await zed.offer(name);
  };
  zed.offer = async (name) => {
    await zed.pc.setLocalDescription();
    send({ type: 'offer', name, offer: zed.pc.localDescription });
  };
  socket.addEventListener('message', async ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.type === 'connect') send({ type: 'login', name: 'zed' });
    if (frame.type === 'leave' && frame.name) zed.hungUp = true;
    if (frame.type === 'candidate') await zed.pc.addIceCandidate(frame.candidate);
    if (frame.type === 'answer') await zed.pc.setRemoteDescription(frame.answer);
    if (frame.type === 'offer') {
      if (!zed.pc) zed.start(frame.name);
      await zed.pc.setRemoteDescription(frame.offer);
      await zed.pc.setLocalDescription();
      const { type, sdp } = zed.pc.localDescription;
      send({ type: 'answer', name: frame.name, answer: { type, sdp: zed.answering(sdp) } });
    }
  });
  await clock.advance(10);
  return { ...party, zed };
}

test('we call: the answer and its candidates carry no call, and count all the same', async (t) => {
  const { ana, clock, zed } = await startZed(t);
  const peer = ana.peers.connect('zed');
  await clock.advance(300);
  assert.equal(peer.state, 'open');
  const heard = record(peer, 'message');
  peer.send('hi');
  zed.channel.send('ho');
  await clock.advance(10);
  assert.deepEqual([zed.heard, heard], [['hi'], [{ data: 'ho' }]]);
});

test('they call: nothing of ours carries a call either', async (t) => {
  const { ana, clock, zed, server } = await startZed(t);
  await zed.call('ana');
  await clock.advance(300);
  assert.equal(ana.peers.get('zed').state, 'open');
  for (const frame of [...server.got('answer'), ...server.got('candidate')]) assert.equal('call' in frame, false);
  ana.peers.get('zed').close();
  await clock.advance(10);
  assert.equal(zed.hungUp, true);
});

test('their later offer of the same session goes on with the connection', async (t) => {
  const { ana, clock, zed, network } = await startZed(t);
  await zed.call('ana');
  await clock.advance(300);
  zed.pc.restartIce();
  await zed.offer('ana');
  await clock.advance(300);
  assert.equal(network.all.length, 2);
  assert.deepEqual(ana.states('zed'), ['open', 'open direct']);
});

test('their offer of another session is a new attempt', async (t) => {
  const { ana, clock, zed, network } = await startZed(t);
  await zed.call('ana');
  await clock.advance(300);
  const peer = ana.peers.get('zed');
  zed.pc.vanish();
  await zed.call('ana');
  await clock.advance(300);
  assert.equal(ana.peers.get('zed'), peer);
  assert.equal(peer.state, 'open');
  assert.equal(network.all.length, 4);
});

test('their offers of other sessions, one soon after the other: each is answered in time, with the candidates that came', async (t) => {
  const { ana, clock, zed } = await startZed(t);
  for (const wait of [300, 300, 100]) {
    zed.pc?.vanish();
    await zed.call('ana');
    await clock.advance(wait);
  }
  const peer = ana.peers.get('zed');
  assert.equal(peer.epoch, 2, 'the third waits');
  await clock.advance(1_500);
  assert.deepEqual([peer.state, peer.epoch], ['open', 3]);
});

test('their hang-up and their closing are understood', async (t) => {
  const { ana, clock, zed } = await startZed(t);
  await zed.call('ana');
  await clock.advance(300);
  zed.send({ type: 'leave', name: 'ana' });
  await clock.advance(10);
  assert.equal(ana.states('zed').at(-1), 'closed hangup');
  await zed.call('ana');
  await clock.advance(300);
  zed.pc.close();
  await clock.advance(10);
  assert.equal(ana.states('zed').at(-1), 'closed closed-by-peer');
});

test('a second channel of theirs may speak too', async (t) => {
  const { ana, clock, zed } = await startZed(t);
  zed.start('ana');
  const [first, second] = [zed.pc.createDataChannel('messenger'), zed.pc.createDataChannel('messenger')];
  await zed.offer('ana');
  await clock.advance(300);
  const heard = record(ana.peers.get('zed'), 'message');
  first.send('1');
  second.send('2');
  await clock.advance(10);
  assert.deepEqual(heard, [{ data: '1' }, { data: '2' }]);
  const got = [];
  first.addEventListener('message', ({ data }) => got.push(data));
  ana.peers.get('zed').send('3');
  await clock.advance(10);
  assert.deepEqual(got, ['3'], 'ours is the first');
});

test('our tracks are ordinary tracks to them, and theirs are tracks without a purpose to us', async (t) => {
  const { ana, clock, zed } = await startZed(t);
  const peer = ana.peers.connect('zed');
  const [begun, ended] = [record(peer, 'track'), record(peer, 'removetrack')];
  const [stream, voice] = [new FakeStream(), new FakeTrack('audio')];
  peer.addTrack(new FakeTrack('video'), { streams: [stream], purpose: 'camera' });
  await clock.advance(300);
  assert.deepEqual(zed.tracks.map(({ track, streams }) => [track.kind, streams[0].id]), [['video', stream.id]]);
  const { sender } = zed.pc.addTransceiver(voice);
  await zed.offer('ana');
  await clock.advance(300);
  assert.deepEqual(begun.map(({ track, purpose }) => [track.kind, purpose]), [['audio', undefined]]);
  zed.pc.removeTrack(sender);
  await zed.offer('ana');
  await clock.advance(300);
  assert.deepEqual([ended, peer.state], [begun, 'open']);
});

test('what they do not take at all is told, and the rest goes on', async (t) => {
  const { ana, clock, zed } = await startZed(t);
  zed.answering = (sdp) => sdp.replace('m=video 9', 'm=video 0');
  const peer = ana.peers.connect('zed');
  const errors = record(peer, 'negotiationerror');
  const sent = peer.addTrack(new FakeTrack('video'));
  peer.addTrack(new FakeTrack('audio'));
  await clock.advance(300);
  assert.deepEqual(errors.map(({ error }) => error.name), ['NotSupportedError']);
  assert.deepEqual([zed.tracks.map(({ track }) => track.kind).includes('audio'), peer.state], [true, 'open']);
  sent.remove();
  await clock.advance(300);
  peer.send('hi');
  await clock.advance(10);
  assert.deepEqual(zed.heard, ['hi']);
});

test('what is for something else now is another track', async (t) => {
  const { ana, clock, zed } = await startZed(t);
  const peer = ana.peers.connect('zed');
  await clock.advance(300);
  const told = [];
  for (const type of ['track', 'removetrack']) peer.addEventListener(type, ({ detail: { purpose } }) => told.push([type, purpose]));
  zed.pc.addTransceiver(new FakeTrack('video'));
  for (const purpose of ['speaker', 'speaker', 'slides']) {
    await zed.pc.setLocalDescription();
    const { type, sdp } = zed.pc.localDescription;
    zed.send({ type: 'offer', name: 'ana', offer: { type, sdp: sdp.replace('a=mid:1', `a=mid:1\r\na=label:${purpose}`) } });
    await clock.advance(300);
  }
  assert.deepEqual(told, [['track', 'speaker'], ['removetrack', 'speaker'], ['track', 'slides']]);
});

// A stream for everybody: who is there, who comes, and who is connected anew.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { join } from '../../app/lib/beckon.js';
import { record } from './fakes/events.js';
import { FakeStream, FakeTrack } from './fakes/media.js';
import { startTalk } from './fakes/talk.js';

const camera = () => new FakeTrack('video');

/** Zoe is connected with ana; what she gets of her. */
async function comeZoe({ join: enter, clock }) {
  const zoe = await enter('zoe');
  const peer = zoe.peers.connect('ana');
  const [tracks, ended] = [record(peer, 'track'), record(peer, 'removetrack')];
  await clock.advance(300);
  return { peer, tracks, ended };
}

test('who is there gets it, who comes too, and then nobody any more', async (t) => {
  const talk = await startTalk(t);
  const { ana, bobs, clock } = talk;
  const [video, audio] = [camera(), new FakeTrack('audio')];
  const stream = new FakeStream([video, audio]);
  const publication = ana.peers.publish(stream, { purpose: 'talk' });
  await clock.advance(300);
  assert.deepEqual(bobs.received.map(({ track: { kind }, purpose, streams: [{ id }] }) => [kind, purpose, id]),
    [['video', 'talk', stream.id], ['audio', 'talk', stream.id]]);
  const zoe = await comeZoe(talk);
  assert.deepEqual(zoe.tracks.map(({ track }) => track.kind), ['video', 'audio']);
  publication.remove();
  await clock.advance(300);
  assert.deepEqual([bobs.received, zoe.ended], [[], zoe.tracks]);
  const last = await talk.join('max');
  const tracks = record(last.peers.connect('ana'), 'track');
  await clock.advance(300);
  assert.deepEqual([tracks, last.peers.get('ana').state], [[], 'open']);
});

test('another track for everybody: for who is there, who comes, and by a new connection', async (t) => {
  const talk = await startTalk(t);
  const { ana, bobs, clock, network } = talk;
  const publication = ana.peers.publish(new FakeStream([camera()]), { purpose: 'camera' });
  await clock.advance(300);
  const other = camera();
  await publication.replaceTrack(other);
  await clock.advance(10);
  assert.deepEqual(bobs.arriving, { camera: other.id });
  const zoe = await comeZoe(talk);
  const pc = network.open.find((one) => one.getTransceivers().some(({ receiver }) => receiver.track === zoe.tracks[0].track));
  assert.equal(pc.arrivingOn(zoe.tracks[0].track), other);
  for (const one of network.all) one.settledWith = () => false; // these will never meet again
  network.lose('failed');
  await clock.advance(60_000);
  assert.deepEqual([bobs.peer.epoch, bobs.arriving], [2, { camera: other.id }]);
  await assert.rejects(publication.replaceTrack(new FakeTrack('audio')), { name: 'NotFoundError' });
});

test('a stranger whose call rings gets nothing of it', async (t) => {
  const talk = await startTalk(t, { accept: ({ name }) => name !== 'zoe' });
  talk.ana.peers.publish(new FakeStream([camera()]));
  const zoe = await comeZoe(talk);
  assert.deepEqual([zoe.tracks, zoe.peer.state, talk.network.all.length], [[], 'closed', 3]);
});

test('a purpose that cannot be told is refused at once', async (t) => {
  const { join: enter } = await startTalk(t);
  const zoe = await enter('zoe'); // whom nobody knows yet
  assert.throws(() => zoe.peers.publish(new FakeStream([camera()]), { purpose: 'two words' }), { name: 'SyntaxError' });
});

test('in a room: media for everybody from the start, and whose track it is', async (t) => {
  const { ana, bob, server, network, clock } = await startTalk(t);
  Object.assign(globalThis, { WebSocket: server.WebSocket });
  t.after(() => delete globalThis.WebSocket);
  const hers = new FakeStream([camera()]);
  ana.peers.publish(hers, { purpose: 'camera' });
  const tracks = [];
  bob.peers.addEventListener('peer', ({ detail: { peer } }) => peer.addEventListener('track', ({ detail }) => tracks.push(detail)));
  const mine = new FakeStream([camera()]);
  const joining = join({ url: 'ws://test/ws', name: 'zoe', media: mine, RTCPeerConnection: network.RTCPeerConnection, page: null });
  await clock.advance(5);
  const room = await joining;
  t.after(() => room.leave());
  const [begun, ended] = [record(room, 'track'), record(room, 'removetrack')];
  await clock.advance(300);
  assert.deepEqual(begun.map(({ peer, purpose, streams: [{ id }] }) => [peer.name, purpose, id]), [['ana', 'camera', hers.id]]);
  assert.deepEqual(tracks.map(({ streams: [{ id }] }) => id), [mine.id]);
  const screen = room.publish(new FakeStream([camera()]), { purpose: 'screen' });
  await clock.advance(300);
  assert.equal(tracks.at(-1).purpose, 'screen');
  screen.remove();
  ana.peers.close();
  await clock.advance(2_000);
  assert.deepEqual(ended, begun);
});

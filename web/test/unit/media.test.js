// Tracks beside the messages: added, replaced and removed in the middle of a
// conversation, by both at once, and kept over whatever becomes of the connection.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { record } from './fakes/events.js';
import { FakeStream, FakeTrack } from './fakes/media.js';
import { startTalk } from './fakes/talk.js';

const camera = () => new FakeTrack('video');

test('a track arrives with its purpose and its streams, and goes', async (t) => {
  const { anas, bobs, clock } = await startTalk(t);
  const [track, stream] = [camera(), new FakeStream()];
  const sent = anas.peer.addTrack(track, { streams: [stream], purpose: 'camera' });
  await clock.advance(300);
  assert.deepEqual([bobs.told, bobs.arriving], [['+camera'], { camera: track.id }]);
  const [{ streams, mid, track: received }] = bobs.received;
  assert.deepEqual([streams.map(({ id }) => id), received.kind, mid], [[stream.id], 'video', '1']);
  assert.deepEqual([sent.track, sent.purpose], [track, 'camera']);
  sent.remove();
  sent.remove();
  await clock.advance(300);
  assert.deepEqual([bobs.told, bobs.received], [['+camera', '-camera'], []]);
  assert.deepEqual([anas.told, anas.peer.state, bobs.peer.state], [[], 'open', 'open']);
});

test('added before there is a connection: it comes with the first, and is no part of its offer', async (t) => {
  const { bob, join, clock, server } = await startTalk(t);
  const zoe = await join('zoe');
  const track = camera();
  zoe.peers.connect('bob').addTrack(track, { purpose: 'camera' });
  const calls = record(bob.peers, 'peer');
  await clock.advance(5);
  const tracks = record(calls[0].peer, 'track');
  await clock.advance(300);
  assert.deepEqual(tracks.map(({ purpose }) => purpose), ['camera']);
  const offers = server.got('offer').slice(1).map(({ offer }) => offer.sdp.match(/^m=\w+/gm).join());
  assert.deepEqual(offers, ['m=application', 'm=application,m=video']);
});

test('both add at once: one goes first, each sees the other, and nobody notices anything else', async (t) => {
  const { anas, bobs, clock, network } = await startTalk(t);
  const [hers, his, voice] = [camera(), camera(), new FakeTrack('audio')];
  anas.peer.addTrack(hers, { purpose: 'camera' });
  bobs.peer.addTrack(his, { purpose: 'camera' });
  bobs.peer.addTrack(voice, { purpose: 'microphone' });
  await clock.advance(400);
  assert.deepEqual([anas.arriving, bobs.arriving], [{ camera: his.id, microphone: voice.id }, { camera: hers.id }]);
  assert.deepEqual(network.all.map(({ rollbacks }) => rollbacks), [0, 0], 'ana waited');
  assert.deepEqual([anas.told, bobs.told], [['+camera', '+microphone'], ['+camera']]);
  assert.equal(anas.peer.epoch, 1);
});

test('offers cross all the same: they are connected anew, and she waits longer', async (t) => {
  const { anas, bobs, clock, network, server } = await startTalk(t);
  const [hers, his] = [camera(), camera()];
  anas.peer.addTrack(hers, { purpose: 'camera' });
  await clock.advance(250);
  bobs.peer.addTrack(his, { purpose: 'camera' });
  await clock.advance(50);
  assert.equal(anas.peer.epoch, 2);
  const offers = server.got('offer').length;
  await clock.advance(400);
  assert.equal(server.got('offer').length, offers);
  await clock.advance(400);
  assert.deepEqual([anas.arriving, bobs.arriving], [{ camera: his.id }, { camera: hers.id }]);
  assert.deepEqual(network.all.map(({ rollbacks }) => rollbacks).filter(Boolean), []);
  assert.deepEqual([anas.peer.state, anas.peer.epoch, bobs.peer.epoch], ['open', 2, 2]);
});

test('who had to wait longer does so less and less, once nothing crosses any more', async (t) => {
  const { anas, bobs, clock, server } = await startTalk(t);
  const add = () => anas.peer.addTrack(camera(), { purpose: 'camera' });
  const cross = async () => {
    const { epoch } = anas.peer;
    add();
    await clock.advance(250 * 2 ** (epoch - 1));
    bobs.peer.addTrack(camera(), { purpose: 'camera' });
    await clock.advance(10_000);
    assert.equal(anas.peer.epoch, epoch + 1, 'they have crossed');
  };
  const wait = async () => {
    const before = server.got('offer').length;
    const at = clock.steady;
    add();
    while (server.got('offer').length === before) await clock.advance(1);
    return clock.steady - at - 1;
  };
  await cross();
  await cross();
  const waits = [await wait()];
  for (let i = 0; i < 3; i++) {
    await clock.advance(300_000);
    waits.push(await wait());
  }
  assert.deepEqual(waits, [1_000, 500, 250, 250]);
});

test('an offer that her browser does not take crosses hers: they are connected anew', async (t) => {
  const { anas, bobs, clock, network } = await startTalk(t);
  network.all[0].setRemoteDescription = async () => {
    throw new DOMException('not like this', 'InvalidAccessError');
  };
  anas.peer.restartIce();
  const his = camera();
  bobs.peer.addTrack(his, { purpose: 'camera' });
  await clock.advance(1000);
  assert.deepEqual([anas.peer.state, anas.peer.epoch, anas.told[0]], ['open', 2, '!InvalidAccessError']);
  assert.deepEqual(anas.arriving, { camera: his.id });
});

test('another track takes the place of one, and nothing is negotiated', async (t) => {
  const { anas, bobs, clock, server } = await startTalk(t);
  const sent = anas.peer.addTrack(camera(), { purpose: 'camera' });
  await clock.advance(300);
  const other = camera();
  const offers = server.got('offer').length;
  await sent.replaceTrack(other);
  await clock.advance(300);
  assert.deepEqual([bobs.arriving, bobs.told, sent.track], [{ camera: other.id }, ['+camera'], other]);
  assert.equal(server.got('offer').length, offers);
  await assert.rejects(sent.replaceTrack(new FakeTrack('audio')), TypeError);
  sent.remove();
  await assert.rejects(sent.replaceTrack(camera()), { name: 'InvalidStateError' });
});

test('a section that is free is used again, by another purpose too', async (t) => {
  const { anas, bobs, clock, server } = await startTalk(t);
  const [stream, track] = [new FakeStream(), camera()];
  let sent = anas.peer.addTrack(camera(), { purpose: 'camera' });
  await clock.advance(300);
  for (const purpose of ['screen', 'window', 'slides']) {
    sent.remove();
    await clock.advance(300);
    sent = anas.peer.addTrack(track, { streams: [stream], purpose });
    await clock.advance(300);
  }
  assert.deepEqual(bobs.told, ['+camera', '-camera', '+screen', '-screen', '+window', '-window', '+slides']);
  assert.deepEqual([bobs.arriving, bobs.received[0].streams.map(({ id }) => id)], [{ slides: track.id }, [stream.id]]);
  assert.equal(server.got('offer').at(-1).offer.sdp.match(/^m=/gm).length, 2);
});

test('one goes as another comes: the end is told first, and nothing is mixed up', async (t) => {
  const { anas, bobs, clock } = await startTalk(t);
  const sent = anas.peer.addTrack(camera(), { purpose: 'camera' });
  await clock.advance(300);
  const track = camera();
  sent.remove();
  anas.peer.addTrack(track, { purpose: 'camera' });
  await clock.advance(300);
  assert.deepEqual([bobs.told, bobs.arriving], [['+camera', '-camera', '+camera'], { camera: track.id }]);
});

test('a new path leaves them as they are', async (t) => {
  const { anas, bobs, clock, network } = await startTalk(t);
  const [hers, his] = [camera(), camera()];
  anas.peer.addTrack(hers, { purpose: 'camera' });
  bobs.peer.addTrack(his, { purpose: 'camera' });
  await clock.advance(300);
  const { ufrag } = network.all[0];
  anas.peer.restartIce();
  bobs.peer.restartIce();
  await clock.advance(300);
  assert.notEqual(network.all[0].ufrag, ufrag);
  assert.deepEqual([anas.told, bobs.told], [['+camera'], ['+camera']]);
  assert.deepEqual([anas.arriving, bobs.arriving], [{ camera: his.id }, { camera: hers.id }]);
});

test('a new connection carries what is wanted by then', async (t) => {
  const { anas, bobs, clock, network } = await startTalk(t);
  const sent = anas.peer.addTrack(camera(), { purpose: 'camera' });
  const gone = anas.peer.addTrack(camera(), { purpose: 'screen' });
  await clock.advance(300);
  for (const pc of network.all) pc.settledWith = () => false; // these two will never meet again
  network.lose('failed');
  const [track, voice] = [camera(), new FakeTrack('audio')];
  await sent.replaceTrack(track);
  gone.remove();
  bobs.peer.addTrack(voice, { purpose: 'microphone' });
  await clock.advance(60_000);
  assert.deepEqual([anas.peer.epoch, anas.peer.state, bobs.peer.state], [2, 'open', 'open']);
  assert.deepEqual([anas.arriving, bobs.arriving], [{ microphone: voice.id }, { camera: track.id }]);
  assert.equal(bobs.told.filter((line) => line === '+camera').length, 2);
  assert.deepEqual(bobs.told.filter((line) => line.includes('screen')), ['+screen', '-screen']);
});

test('at the end all tracks have ended, and there are no more', async (t) => {
  const { anas, bobs, clock } = await startTalk(t);
  const sent = anas.peer.addTrack(camera(), { purpose: 'camera' });
  await clock.advance(300);
  bobs.peer.close();
  await clock.advance(1_000);
  assert.deepEqual([bobs.told, bobs.received], [['+camera', '-camera'], []]);
  assert.throws(() => anas.peer.addTrack(camera()), { name: 'InvalidStateError' });
  await sent.replaceTrack(camera());
  sent.remove();
});

test('a purpose is a word', async (t) => {
  const { anas, clock, bobs } = await startTalk(t);
  for (const purpose of ['', 'two words', 'a\r\na=inactive', 'é', 'x'.repeat(65), 'x'.repeat(70_000)]) {
    assert.throws(() => anas.peer.addTrack(camera(), { purpose }), (error) => error.name === 'SyntaxError' && error.message.length < 200);
  }
  anas.peer.addTrack(camera(), { purpose: 'x'.repeat(64) }).remove();
  anas.peer.addTrack(camera());
  await clock.advance(300);
  assert.deepEqual(bobs.told, ['+undefined'], 'or none');
});

test('the server is away: it is agreed upon when it is back', async (t) => {
  const { anas, bobs, clock, server } = await startTalk(t);
  server.crash();
  await clock.advance(300);
  const track = camera();
  anas.peer.addTrack(track, { purpose: 'camera' });
  await clock.advance(20_000);
  assert.deepEqual([bobs.told, anas.told, anas.peer.state], [[], ['!TimeoutError'], 'open']);
  server.up = true;
  await clock.advance(60_000);
  assert.deepEqual([bobs.arriving, bobs.told, anas.told.length], [{ camera: track.id }, ['+camera'], 1]);
});

test('an answer that the browser does not take is told, and the conversation goes on', async (t) => {
  const { anas, bobs, clock, network } = await startTalk(t);
  const heard = record(bobs.peer, 'message');
  network.all[0].failNext = 'answer';
  const track = camera();
  anas.peer.addTrack(track, { purpose: 'camera' });
  await clock.advance(300);
  assert.equal(anas.told[0], '!InvalidAccessError');
  anas.peer.send('still here');
  await clock.advance(300);
  assert.deepEqual([heard, anas.peer.state, bobs.peer.state], [[{ data: 'still here' }], 'open', 'open']);
  assert.deepEqual(bobs.arriving, { camera: track.id }, 'it is tried again');
});

test('removed while an answer was on its way that the browser does not take: gone there, too', async (t) => {
  const { anas, bobs, clock, network } = await startTalk(t);
  const before = anas.peer.addTrack(camera(), { purpose: 'camera' });
  await clock.advance(300);
  before.remove(); // its place is free
  await clock.advance(300);
  const sent = anas.peer.addTrack(camera(), { purpose: 'screen' });
  await clock.advance(2);
  assert.equal(network.all[0].signalingState, 'have-local-offer');
  network.all[0].failNext = 'answer';
  sent.remove();
  await clock.advance(300);
  assert.deepEqual([bobs.told, bobs.received, anas.told], [['+camera', '-camera', '+screen', '-screen'], [], ['!InvalidAccessError']]);
});

test('an offer that the other browser does not take is told at both ends', async (t) => {
  const { anas, bobs, clock, network } = await startTalk(t);
  network.all[1].failNext = 'offer';
  anas.peer.addTrack(camera(), { purpose: 'camera' });
  await clock.advance(300);
  assert.deepEqual([bobs.told, anas.told], [['!InvalidAccessError'], []]);
  await clock.advance(60_000);
  assert.deepEqual([anas.told, anas.peer.state, bobs.peer.state], [['!TimeoutError'], 'open', 'open']);
});

test('sixteen tracks go to one user at once: of those beyond it is told, and they have their turn', async (t) => {
  const { anas, bobs, clock } = await startTalk(t);
  const heard = record(bobs.peer, 'message');
  const sent = Array.from({ length: 1_000 }, (_, i) => anas.peer.addTrack(new FakeTrack('audio'), { purpose: `t${i}` }));
  assert.deepEqual(anas.told, [], 'not before the call is over');
  await clock.advance(300);
  anas.peer.send('still here');
  bobs.peer.restartIce();
  await clock.advance(300);
  assert.deepEqual([[...new Set(anas.told)], anas.told.length, heard], [['!QuotaExceededError'], 984, [{ data: 'still here' }]]);
  assert.deepEqual(bobs.received.map(({ purpose }) => purpose), Array.from({ length: 16 }, (_, i) => `t${i}`));
  sent[1].remove();
  sent[999].remove();
  const other = new FakeTrack('audio');
  await sent[16].replaceTrack(other);
  await clock.advance(600);
  assert.deepEqual([bobs.arriving.t16, bobs.received.length, anas.peer.state], [other.id, 16, 'open']);
});

test('more than one message can offer: the last tracks are left out, that is told, and all else goes on', async (t) => {
  const { anas, bobs, clock, server } = await startTalk(t);
  const long = () => ({ streams: [new FakeStream([], 'x'.repeat(8_000))] });
  const sent = Array.from({ length: 10 }, (_, i) => anas.peer.addTrack(camera(), { ...long(), purpose: `t${i}` }));
  await clock.advance(600);
  assert.deepEqual(bobs.received.map(({ purpose }) => purpose), ['t0', 't1', 't2', 't3', 't4', 't5']);
  assert.deepEqual(anas.told, Array(4).fill('!QuotaExceededError'));
  assert.ok(server.got('offer').every((offer) => JSON.stringify(offer).length < 65_536));
  for (const one of sent) one.remove();
  await clock.advance(600);
  const last = camera();
  anas.peer.addTrack(last, { purpose: 'last' });
  await clock.advance(600);
  assert.deepEqual([bobs.arriving, anas.told.length], [{ last: last.id }, 4]);
});

test('removed before it has a place in a description: it gets none', async (t) => {
  const { anas, clock, network, server } = await startTalk(t);
  for (let i = 0; i < 100; i++) anas.peer.addTrack(camera()).remove();
  anas.peer.addTrack(camera());
  await clock.advance(600);
  const { sdp } = server.got('offer').at(-1).offer;
  assert.equal(sdp.match(/^m=/gm).length, 2);
  assert.equal(network.all[0].getTransceivers().filter(({ stopped }) => !stopped).length, 1);
});

test('removed after it was offered, and the answer was of no use: it keeps its place, as the other side has seen it', async (t) => {
  const { anas, bobs, clock, network } = await startTalk(t);
  bobs.peer.addTrack(camera(), { purpose: 'camera' });
  await clock.advance(300);
  network.all[1].failNext = 'answer';
  const sent = bobs.peer.addTrack(camera(), { purpose: 'screen' });
  await clock.advance(3);
  sent.remove();
  await clock.advance(600);
  assert.deepEqual([anas.told, bobs.told], [['+camera', '+screen', '-screen'], ['!InvalidAccessError']]);
  assert.deepEqual(network.all.map(({ signalingState }) => signalingState), ['stable', 'stable']);
});

/** An offer of bob's that goes on with the connection, and more media sections. */
function offerOf(server, sections) {
  const { answer, call } = server.got('answer')[0];
  const more = Array.from({ length: sections }, (_, i) => `m=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:${i + 1}\r\na=sendonly\r\n`);
  return { type: 'offer', name: 'ana', call, offer: { type: 'offer', sdp: answer.sdp.replace('a=setup:active', 'a=setup:actpass') + more.join('') } };
}

test('an offer of hundreds of media sections is not taken, and all else goes on', async (t) => {
  const { anas, bobs, clock, network, server } = await startTalk(t);
  const heard = record(anas.peer, 'message');
  server.handle(server.socketOf('bob'), offerOf(server, 500));
  await clock.advance(300);
  assert.deepEqual([anas.told, anas.received, network.all[0].getTransceivers()], [['!QuotaExceededError'], [], []]);
  bobs.peer.send('still here');
  await clock.advance(300);
  assert.deepEqual([heard, anas.peer.state, server.got('answer').length], [[{ data: 'still here' }], 'open', 1]);
});

test('a call of hundreds of media sections is refused', async (t) => {
  const { ana, clock, server, join } = await startTalk(t);
  await join('eve');
  const offer = { ...offerOf(server, 500), call: 'evil' };
  const calls = record(ana.peers, 'peer');
  server.handle(server.socketOf('eve'), offer);
  await clock.advance(300);
  assert.deepEqual(calls.map(({ peer: { name, state, reason } }) => [name, state, reason]), [['eve', 'failed', 'error']]);
  assert.deepEqual(server.got('leave').map(({ name, call }) => [name, call]), [['eve', 'evil']]);
});

test('an answer that no server passes on is not sent: they are connected anew', async (t) => {
  const { anas, bobs, clock, network, server } = await startTalk(t);
  const [pc] = network.all;
  const { createAnswer } = Object.getPrototypeOf(Object.getPrototypeOf(pc));
  pc.createAnswer = async () => {
    const { type, sdp } = await createAnswer.call(pc);
    return { type, sdp: `${sdp}a=much:${'x'.repeat(70_000)}\r\n` };
  };
  const track = camera();
  bobs.peer.addTrack(track, { purpose: 'camera' });
  await clock.advance(1_000);
  assert.ok(server.got('answer').every((answer) => JSON.stringify(answer).length < 65_536));
  assert.deepEqual(anas.told, ['+camera', '!QuotaExceededError', '-camera', '+camera']);
  assert.deepEqual([anas.peer.state, anas.peer.epoch, anas.arriving], ['open', 2, { camera: track.id }]);
});

test('a purpose that is longer than we may say is none', async (t) => {
  const { anas, bobs, clock, server } = await startTalk(t);
  server.intercept = (socket, { offer }) => {
    if (offer) offer.sdp = offer.sdp.replace('a=label:long', `a=label:${'x'.repeat(65)}`);
    return false;
  };
  anas.peer.addTrack(camera(), { purpose: 'long' });
  await clock.advance(600);
  assert.deepEqual(bobs.told, ['+undefined']);
});

test('hung up: nothing is sent from that moment on, however long the connection lingers', async (t) => {
  const { anas, clock, network } = await startTalk(t);
  const track = new FakeTrack('audio');
  anas.peer.addTrack(track, { purpose: 'microphone' });
  await clock.advance(300);
  const pc = network.all.find((one) => one.getTransceivers().some(({ sender }) => sender.track === track));
  anas.peer.close();
  await clock.advance(1);
  assert.notEqual(pc.signalingState, 'closed', 'it lingers');
  assert.ok(pc.getTransceivers().every(({ sender }) => sender.track === null));
});

test('replaced, and removed before that was done: nothing is sent', async (t) => {
  const { anas, clock, network } = await startTalk(t);
  const track = camera();
  const sent = anas.peer.addTrack(track, { purpose: 'camera' });
  await clock.advance(300);
  const pc = network.all.find((one) => one.getTransceivers().some(({ sender }) => sender.track === track));
  const replaced = sent.replaceTrack(camera());
  sent.remove();
  await replaced;
  assert.ok(pc.getTransceivers().every(({ sender }) => sender.track === null));
});

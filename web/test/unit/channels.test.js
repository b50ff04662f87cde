// Named channels: made by one side or both, kept over connections, with streams.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { record } from './fakes/events.js';
import { startTalk } from './fakes/talk.js';

const MiB = 1024 * 1024;

/** Both ends of a channel that ana has made. */
async function startChannel(t, { options, ...more } = {}) {
  const talk = await startTalk(t, more);
  const { anas, bobs, clock } = talk;
  const told = record(bobs.peer, 'channel');
  const mine = anas.peer.channel('game', options);
  await clock.advance(5);
  assert.equal(told.length, 1);
  return { ...talk, mine, theirs: told[0].channel, told };
}

/** @param {import('../../app/lib/channel.js').Channel} channel */
const texts = (channel) => {
  const list = [];
  channel.addEventListener('message', ({ detail: { data } }) => list.push(data));
  return list;
};

/** The connection is made anew. */
async function connectAnew({ network, clock }) {
  const before = network.all.length;
  network.lose('disconnected');
  await clock.advance(500);
  network.lose('failed');
  network.up = false;
  await clock.advance(25_000);
  network.up = true;
  for (let i = 0; i < 60; i++) await clock.advance(1_000);
  assert.ok(network.all.length > before, 'made anew');
}

test('the other side is told of a channel, and messages go both ways', async (t) => {
  const { anas, bobs, mine, theirs, clock } = await startChannel(t, { options: { protocol: 'chess' } });
  assert.deepEqual([mine.label, mine.protocol, mine.state], ['game', 'chess', 'open']);
  assert.deepEqual([theirs.label, theirs.protocol, theirs.state], ['game', 'chess', 'open']);
  const [atAna, atBob] = [mine, theirs].map(texts);
  const first = record(bobs.peer, 'message');
  mine.send('e4');
  theirs.send('e5');
  await clock.advance(5);
  assert.deepEqual([atAna, atBob, first], [['e5'], ['e4'], []]);
  assert.equal(anas.peer.channel('game'), mine);
  assert.equal(bobs.peer.channel('game'), theirs);
});

test('it may be asked for before there is a connection, and with everybody', async (t) => {
  const { anas, bobs, clock } = await startTalk(t, { channels: { news: {} } });
  await clock.advance(20);
  const told = record(bobs.peer, 'channel');
  const [mine, theirs] = [anas, bobs].map(({ peer }) => peer.channel('news'));
  assert.deepEqual([mine.state, theirs.state, told.length], ['open', 'open', 0]);
  const [atAna, atBob] = [mine, theirs].map(texts);
  mine.send('a');
  theirs.send('b');
  await clock.advance(5);
  assert.deepEqual([atAna, atBob], [['b'], ['a']]);
});

test('made by both at once it is one, and closed by either for both', async (t) => {
  const { anas, bobs, clock } = await startTalk(t);
  const told = [anas, bobs].map(({ peer }) => record(peer, 'channel'));
  const [mine, theirs] = [anas, bobs].map(({ peer }) => peer.channel('both'));
  const closed = [mine, theirs].map((channel) => record(channel, 'close'));
  await clock.advance(10);
  const [atAna, atBob] = [mine, theirs].map(texts);
  for (let i = 0; i < 5; i++) {
    mine.send(`a${i}`);
    theirs.send(`b${i}`);
  }
  await clock.advance(10);
  assert.deepEqual([atAna.join(), atBob.join()], ['b0,b1,b2,b3,b4', 'a0,a1,a2,a3,a4']);
  assert.deepEqual(told.map(({ length }) => length), [0, 0]);
  theirs.send('last');
  theirs.close();
  await clock.advance(600);
  assert.deepEqual([mine.state, theirs.state, closed.map(({ length }) => length)], ['closed', 'closed', [1, 1]]);
  assert.equal(atAna.at(-1), 'last');
  assert.throws(() => mine.send('x'), { name: 'InvalidStateError' });
  const again = anas.peer.channel('both');
  assert.notEqual(again, mine);
  await clock.advance(10);
  assert.equal(again.state, 'open');
  assert.equal(bobs.peer.channel('both').state, 'open');
});

test('it is made again with a new connection, whoever made it; what was under way is told as unsent', async (t) => {
  const talk = await startChannel(t);
  const { anas, mine, theirs, clock, network, told } = talk;
  const opened = [mine, theirs].map((channel) => record(channel, 'open'));
  network.all[0].channels[1].rate = 1;
  const unsent = record(mine, 'unsent');
  mine.send(new Uint8Array(3 * MiB));
  await connectAnew(talk);
  assert.equal(anas.peer.state, 'open');
  assert.deepEqual([mine.state, theirs.state], ['open', 'open']);
  assert.deepEqual(opened.map(({ length }) => length), [1, 1]);
  assert.equal(unsent.length, 1);
  assert.equal(told.length, 1, 'the same one');
  const atBob = texts(theirs);
  mine.send('still here');
  await clock.advance(5);
  assert.deepEqual(atBob, ['still here']);
});

test('what its maker closes while out of touch is over for the other side a while after they are connected anew', async (t) => {
  const talk = await startChannel(t);
  const { mine, theirs, network, clock, bobs } = talk;
  const closed = record(theirs, 'close');
  network.lose('disconnected');
  network.up = false;
  await clock.advance(10);
  network.lose('failed');
  await clock.advance(25_000);
  mine.close();
  network.up = true;
  for (let i = 0; i < 90 && bobs.peer.state !== 'open'; i++) await clock.advance(500);
  assert.equal(bobs.peer.state, 'open');
  assert.equal(closed.length, 0);
  await clock.advance(11_000);
  assert.deepEqual([closed.length, theirs.state], [1, 'closed']);
});

test('all end with the Peer, and none is made after it', async (t) => {
  const { anas, bobs, mine, theirs, clock } = await startChannel(t);
  const waiting = anas.peer.channel('late');
  const closed = [mine, theirs, waiting].map((channel) => record(channel, 'close'));
  mine.send('bye');
  const atBob = texts(theirs);
  anas.peer.close();
  await clock.advance(2_000);
  assert.deepEqual(closed.map(({ length }) => length), [1, 1, 1]);
  assert.deepEqual(atBob, ['bye']);
  assert.equal(bobs.peer.reason, 'closed-by-peer');
  assert.throws(() => anas.peer.channel('x'), { name: 'InvalidStateError' });
});

test('hanging up lets what a channel has taken arrive first', async (t) => {
  const { anas, mine, theirs, network, clock } = await startChannel(t);
  network.all[0].channels[1].rate = 2_000;
  const atBob = texts(theirs);
  mine.send(new Uint8Array(4 * MiB));
  anas.peer.close();
  for (let i = 0; i < 60; i++) await clock.advance(100);
  assert.deepEqual(atBob.map(({ byteLength }) => byteLength), [4 * MiB]);
});

test('messages of any size where they come for sure and in order, else what the browser takes', async (t) => {
  const { bobs, mine, theirs, clock, anas } = await startChannel(t, { options: { ordered: false, maxRetransmits: 0 } });
  assert.throws(() => mine.send(new Uint8Array(262_145)), { name: 'TypeError', message: /262145.*262144/ });
  await assert.rejects(mine.sendBlob(new Blob([new Uint8Array(262_145)])), { name: 'TypeError' });
  const atBob = texts(theirs);
  mine.send(new Uint8Array(262_144));
  await clock.advance(5);
  assert.deepEqual(atBob.map(({ byteLength }) => byteLength), [262_144]);
  const large = anas.peer.channel('large');
  await clock.advance(5);
  const wholes = texts(bobs.peer.channel('large'));
  large.send('y'.repeat(MiB));
  for (let i = 0; i < 5; i++) await clock.advance(10);
  assert.deepEqual(wholes.map(({ length }) => length), [MiB]);
});

test('options that cannot be are refused at once', async (t) => {
  const { anas } = await startTalk(t);
  assert.throws(() => anas.peer.channel('x', { maxRetransmits: 1, maxPacketLifeTime: 1 }), { name: 'TypeError' });
  assert.throws(() => anas.peer.channel('€'.repeat(30_000)), { name: 'TypeError', message: /label/ });
  assert.throws(() => anas.peer.channel('x', { protocol: 'y'.repeat(65_536) }), { name: 'TypeError', message: /protocol/ });
  assert.equal(anas.peer.state, 'open');
});

test('of more than 64 of the other side at once nothing is made', async (t) => {
  const { anas, bobs, clock } = await startTalk(t);
  const told = record(bobs.peer, 'channel');
  const all = Array.from({ length: 70 }, (_, i) => anas.peer.channel(`c${i}`));
  await clock.advance(20);
  assert.equal(told.length, 64);
  assert.equal(all.filter(({ state }) => state === 'open').length, 64);
  all[0].close();
  await clock.advance(10);
  anas.peer.channel('another');
  await clock.advance(10);
  assert.equal(told.length, 65);
});

test('one that overtakes the first is not taken for it', async (t) => {
  const { bobs, clock, network, anas } = await startTalk(t);
  // The connection is as it was; at a new one their order is another.
  network.overtaken = true;
  anas.peer.channel('fast');
  bobs.peer.channel('other');
  await connectAnew({ network, clock });
  await clock.advance(50);
  assert.deepEqual([anas.peer.state, bobs.peer.state], ['open', 'open']);
  const messages = record(bobs.peer, 'message');
  const fast = texts(bobs.peer.channel('fast'));
  anas.peer.send('first');
  anas.peer.channel('fast').send('other');
  await clock.advance(5);
  assert.deepEqual([messages.map(({ data }) => data), fast], [['first'], ['other']]);
});

test('a Blob, with how far it is; given up in the middle the other side gets nothing of it', async (t) => {
  const { mine, theirs, clock, network } = await startChannel(t);
  network.all[0].channels[1].rate = 1_000;
  const atBob = texts(theirs);
  const steps = [];
  const sending = mine.sendBlob(new Blob([new Uint8Array(3 * MiB)]), { onprogress: (sent) => steps.push(sent) });
  const giving = new AbortController();
  const given = assert.rejects(mine.sendBlob(new Blob([new Uint8Array(5 * MiB)]), { signal: giving.signal }), { name: 'AbortError' });
  const waiting = new AbortController();
  const waited = assert.rejects(mine.sendBlob(new Blob(['never']), { signal: waiting.signal }), { name: 'AbortError' });
  waiting.abort();
  await waited;
  for (let i = 0; i < 35; i++) await clock.advance(100);
  await sending;
  assert.equal(steps.at(-1), 3 * MiB);
  assert.ok(steps.length > 40 && steps.every((sent, i) => i === 0 || sent > steps[i - 1]));
  giving.abort();
  await given;
  mine.send('after');
  for (let i = 0; i < 60; i++) await clock.advance(100);
  assert.deepEqual(atBob.map((data) => data.byteLength ?? data), [3 * MiB, 'after']);
  assert.equal(mine.bufferedAmount, 0);
  await assert.rejects(mine.sendBlob(new Blob(['x']), { signal: AbortSignal.abort() }), { name: 'AbortError' });
});

test('a Blob is given up with its connection', async (t) => {
  const talk = await startChannel(t);
  const { mine, network, anas } = talk;
  network.all[0].channels[1].rate = 1;
  const unsent = record(mine, 'unsent');
  const sending = assert.rejects(mine.sendBlob(new Blob([new Uint8Array(3 * MiB)])), { name: 'NetworkError' });
  await connectAnew(talk);
  await sending;
  assert.deepEqual([unsent.length, anas.peer.state, mine.state], [0, 'open', 'open']);
});

test('streams: what is written is read, and ends when the writer closes', async (t) => {
  const { mine, theirs, clock } = await startChannel(t);
  const parts = [];
  const reading = (async () => {
    for await (const part of theirs.readable) parts.push(part);
  })();
  const events = texts(theirs);
  const writing = new Blob([new Uint8Array(3 * MiB).fill(7)]).stream().pipeTo(mine.writable);
  for (let i = 0; i < 100; i++) await clock.advance(10);
  await writing;
  await reading;
  assert.equal(parts.reduce((sum, { byteLength }) => sum + byteLength, 0), 3 * MiB);
  assert.deepEqual(events, []);
  assert.deepEqual([mine.state, theirs.state], ['closed', 'closed']);
});

test('who writes waits for who reads', async (t) => {
  const { mine, theirs, clock, network } = await startChannel(t);
  network.all[0].channels[1].rate = 20_000;
  const reader = theirs.readable.getReader();
  const writer = mine.writable.getWriter();
  let written = 0;
  const part = new Uint8Array(65_536);
  const writing = (async () => {
    for (; written < 400; written++) await writer.write(part);
    await writer.close();
  })();
  for (let i = 0; i < 200; i++) await clock.advance(10);
  assert.ok(written >= 16 && written < 100, `${written} of 400 were written`);
  let read = 0;
  const reading = (async () => {
    for (; !(await reader.read()).done; read++);
  })();
  for (let i = 0; i < 300; i++) await clock.advance(10);
  await Promise.all([writing, reading]);
  assert.equal(read, 400);
});

test('who was told to wait in the middle of a message does so for as long as it takes', async (t) => {
  const { mine, theirs, clock, network, bobs } = await startChannel(t);
  network.all[0].channels[1].rate = 20_000;
  const reader = theirs.readable.getReader();
  for (let i = 0; i < 3; i++) mine.send(new Uint8Array(2 * MiB));
  await clock.advance(300_000);
  assert.ok(mine.bufferedAmount > MiB, `${mine.bufferedAmount} bytes wait`);
  assert.equal(bobs.peer.state, 'open');
  for (let i = 0; i < 3; i++) {
    const [{ value }] = await Promise.all([reader.read(), clock.advance(500)]);
    assert.equal(value.byteLength, 2 * MiB);
  }
});

test('who does not wait although told to is hung up on when there is no room any more', async (t) => {
  const { theirs, clock, network, bobs } = await startChannel(t, { maxMessageSize: MiB });
  const reader = theirs.readable.getReader();
  const channel = network.all[0].channels[1];
  for (let i = 0; i < 40; i++) channel.send(new Uint8Array(100_000));
  await clock.advance(10);
  assert.deepEqual([bobs.peer.state, bobs.peer.reason], ['closed', 'overload']);
  await assert.rejects(async () => { while (!(await reader.read()).done); }, { name: 'QuotaExceededError' });
});

test('a stream that is cut off fails, and does not look whole', async (t) => {
  for (const how of ['abort', 'close', 'pagehide']) {
    await t.test(how, async (t) => {
      const { mine, theirs, clock, ana, anas } = await startChannel(t);
      const reading = assert.rejects(async () => { for await (const _ of theirs.readable); }, { name: 'NetworkError' });
      const writer = mine.writable.getWriter();
      writer.closed.catch(() => {});
      await writer.write('half');
      await clock.advance(5);
      if (how === 'abort') writer.abort();
      else if (how === 'close') anas.peer.close({ flush: 0 });
      else ana.page.fire('pagehide');
      for (let i = 0; i < 30; i++) await clock.advance(100);
      await reading;
      assert.equal(theirs.state, 'closed');
    });
  }
});

test('streams fail with their connection, and there are others by the next one', async (t) => {
  const talk = await startChannel(t);
  const { mine, theirs, clock } = talk;
  const before = [mine.writable, theirs.readable];
  const writer = before[0].getWriter();
  const writing = assert.rejects(writer.closed, { name: 'NetworkError' });
  const reading = assert.rejects(before[1].getReader().read(), { name: 'NetworkError' });
  await connectAnew(talk);
  await Promise.all([writing, reading]);
  const reader = theirs.readable.getReader();
  const again = mine.writable.getWriter();
  again.write('hello again');
  await clock.advance(5);
  assert.deepEqual(await reader.read(), { done: false, value: 'hello again' });
});

test('what is written before the channel is open waits for it', async (t) => {
  const { anas, bobs, clock } = await startTalk(t);
  const told = record(bobs.peer, 'channel');
  const heard = [];
  bobs.peer.addEventListener('channel', ({ detail }) => {
    detail.channel.addEventListener('message', ({ detail: { data } }) => heard.push(data));
  });
  const channel = anas.peer.channel('early');
  assert.equal(channel.state, 'connecting');
  const writer = channel.writable.getWriter();
  writer.write('first');
  const closing = writer.close();
  await clock.advance(600);
  await closing;
  assert.deepEqual([heard, channel.state, told[0].channel.state], [['first'], 'closed', 'closed']);
});

test('data comes as Blobs, if they are wanted', async (t) => {
  const { mine, theirs, clock } = await startChannel(t);
  theirs.binaryType = 'blob';
  const atBob = texts(theirs);
  const large = Uint8Array.from({ length: 9 * MiB + 1 }, (_, i) => i % 253);
  const small = Uint8Array.from([1, 2, 3]);
  for (const message of ['text', small, large, 'y'.repeat(MiB)]) mine.send(message);
  for (let i = 0; i < 20; i++) await clock.advance(10);
  const [text, ...rest] = atBob;
  assert.equal(text, 'text');
  assert.deepEqual(rest.map((data) => data instanceof Blob), [true, true, false]);
  assert.deepEqual(new Uint8Array(await rest[0].arrayBuffer()), small);
  assert.deepEqual(new Uint8Array(await rest[1].arrayBuffer()), large);
  assert.equal(rest[2].length, MiB);
});

for (const pause of [0, 20, 300, 1_500]) {
  test(`one of the same label after the other is another, ${pause} ms later`, async (t) => {
    const { anas, bobs, clock } = await startTalk(t);
    const told = [];
    bobs.peer.addEventListener('channel', ({ detail: { channel } }) => {
      const parts = [];
      told.push([channel.protocol, parts]);
      (async () => {
        for await (const part of channel.readable) parts.push(part);
        parts.push('end');
      })();
    });
    for (const name of ['A', 'B', 'C']) {
      const writer = anas.peer.channel('files', { protocol: name }).writable.getWriter();
      for (const number of [1, 2]) writer.write(`${name} ${number}`);
      const closing = writer.close();
      await clock.advance(5);
      await closing;
      await clock.advance(pause);
    }
    await clock.advance(2_000);
    assert.deepEqual(told, ['A', 'B', 'C'].map((name) => [name, [`${name} 1`, `${name} 2`, 'end']]));
  });
}

test('a new one that gets there before the rest of the last one is another all the same', async (t) => {
  const { anas, bobs, clock, network, mine, theirs, told } = await startChannel(t);
  await clock.advance(600);
  const heard = texts(theirs);
  network.all[0].channels[1].delay = 50;
  mine.send('late');
  mine.close();
  const next = anas.peer.channel('game');
  await clock.advance(10);
  assert.deepEqual([told.length, theirs.state, heard], [2, 'open', []]);
  next.send('of the next');
  const ofNext = texts(told[1].channel);
  await clock.advance(600);
  assert.deepEqual([theirs.state, heard, ofNext], ['closed', ['late'], ['of the next']]);
  assert.equal(bobs.peer.channel('game'), told[1].channel);
});

test('who listens or reads late misses nothing, not even after the end', async (t) => {
  for (const how of ['listen', 'read']) {
    const { mine, theirs, clock } = await startChannel(t);
    mine.send('one');
    mine.send('two');
    mine.close();
    await clock.advance(1_000);
    assert.equal(theirs.state, 'closed');
    const parts = [];
    if (how === 'listen') theirs.addEventListener('message', ({ detail: { data } }) => parts.push(data));
    else for await (const part of theirs.readable) parts.push(part);
    await clock.advance(1);
    assert.deepEqual(parts, ['one', 'two'], how);
  }
});

test('with nobody listening the other side is told to wait, and it goes on when somebody does', async (t) => {
  const { mine, theirs, clock, network } = await startChannel(t);
  network.all[0].channels[1].rate = 20_000;
  for (let i = 0; i < 300; i++) mine.send(new Uint8Array(60_000));
  await clock.advance(2_000);
  assert.ok(mine.bufferedAmount > 10_000_000, String(mine.bufferedAmount));
  const heard = texts(theirs);
  await clock.advance(2_000);
  assert.deepEqual([heard.length, mine.bufferedAmount], [300, 0]);
});

test('of what is unreliable and nobody listens to a mebibyte is kept, and the rest lost', async (t) => {
  const { mine, theirs, clock, bobs } = await startChannel(t, { options: { ordered: false, maxRetransmits: 0 } });
  for (let i = 0; i < 100; i++) mine.send(new Uint8Array(60_000));
  await clock.advance(10);
  const heard = texts(theirs);
  await clock.advance(1);
  assert.deepEqual([heard.length, bobs.peer.state], [18, 'open']);
});

test('streams that are asked for after the end tell it', async (t) => {
  const { anas, mine, theirs, clock } = await startChannel(t);
  mine.close();
  await clock.advance(600);
  assert.deepEqual(await theirs.readable.getReader().read(), { done: true, value: undefined });
  await assert.rejects(theirs.writable.getWriter().write('x'), { name: 'NetworkError' });
  anas.peer.channel('other');
  await clock.advance(10);
});

test('who reads no more closes the channel, and who writes hears of it', async (t) => {
  const { mine, theirs, clock, network } = await startChannel(t);
  await clock.advance(600);
  network.all[0].channels[1].rate = 20_000;
  const writer = mine.writable.getWriter();
  const writing = (async () => {
    for (;;) await writer.write(new Uint8Array(60_000));
  })();
  const failed = assert.rejects(writing, { name: 'NetworkError' });
  await clock.advance(100);
  await theirs.readable.cancel();
  await clock.advance(2_000);
  await failed;
  assert.deepEqual([mine.state, theirs.state], ['closed', 'closed']);
});

test('what is no message is refused in words', async (t) => {
  const { anas, mine, clock, theirs } = await startChannel(t);
  const heard = texts(theirs);
  for (const thing of [{ a: 1 }, [1], null, undefined, 7]) {
    assert.throws(() => mine.send(thing), { name: 'TypeError', message: /JSON\.stringify/ });
    assert.throws(() => anas.peer.send(thing), { name: 'TypeError' });
  }
  for (const options of [{ maxRetransmits: -1 }, { maxPacketLifeTime: 70_000 }, { protocol: 7 }]) {
    assert.throws(() => anas.peer.channel('x', options), { name: 'TypeError' });
  }
  assert.throws(() => anas.peer.channel(), { name: 'TypeError', message: /label/ });
  await clock.advance(5);
  assert.deepEqual(heard, []);
});

test('who sends hears that the other side has closed the channel, whatever was under way', async (t) => {
  const { mine, theirs, clock, network } = await startChannel(t);
  await clock.advance(600);
  network.all[0].channels[1].rate = 1_000;
  const unsent = record(mine, 'unsent');
  mine.send(new Uint8Array(3 * MiB));
  const all = [mine.sendBlob(new Blob([new Uint8Array(3 * MiB)])), mine.drained()];
  const failed = Promise.all(all.map((each) => assert.rejects(each, { name: 'NetworkError' })));
  await clock.advance(100);
  theirs.close();
  await clock.advance(1_000);
  await failed;
  assert.deepEqual([mine.state, unsent.length], ['closed', 1]);
});

test('a stream that was closed is whole, though the writer hangs up behind it', async (t) => {
  const { anas, mine, theirs, clock, bobs } = await startChannel(t);
  const parts = [];
  const reading = (async () => {
    for await (const part of theirs.readable) parts.push(part);
    return 'whole';
  })();
  await mine.writable.getWriter().write('x');
  const writer = anas.peer.channel('other').writable.getWriter();
  writer.write('y').catch(() => {});
  mine.close();
  anas.peer.close();
  writer.closed.catch(() => {});
  await clock.advance(3_000);
  assert.equal(await reading, 'whole');
  assert.deepEqual([parts, bobs.peer.reason], [['x'], 'closed-by-peer']);
});

test('what fails while it is told how far a Blob is keeps nothing from arriving', async (t) => {
  const { bobs, mine, theirs, clock } = await startChannel(t);
  const heard = texts(theirs);
  const thrown = [];
  t.mock.method(globalThis, 'queueMicrotask', (task) => {
    Promise.resolve().then(task).catch((error) => thrown.push(error.message));
  });
  const sending = mine.sendBlob(new Blob([new Uint8Array(200_000)]), { onprogress: () => { throw new Error('none of yours'); } });
  for (let i = 0; i < 10; i++) await clock.advance(10);
  await sending;
  assert.deepEqual([heard.map(({ byteLength }) => byteLength), bobs.peer.state], [[200_000], 'open']);
  assert.equal(thrown.length, 4);
});

test('a channel may have the label of the first one', async (t) => {
  const { anas, bobs, clock } = await startTalk(t);
  const told = record(bobs.peer, 'channel');
  const channel = anas.peer.channel('messenger');
  await clock.advance(5);
  const [heard, first] = [texts(told[0].channel), record(bobs.peer, 'message')];
  channel.send('z'.repeat(150_000));
  anas.peer.send('first');
  for (let i = 0; i < 5; i++) await clock.advance(10);
  assert.deepEqual([heard.map(({ length }) => length), first.map(({ data }) => data)], [[150_000], ['first']]);
});

test('what one closes out of touch is closed when the other makes it again', async (t) => {
  const talk = await startChannel(t);
  const { mine, theirs, bobs, network, clock, told } = talk;
  network.lose('disconnected');
  theirs.close();
  await connectAnew(talk);
  assert.deepEqual([bobs.peer.state, mine.state, told.length], ['open', 'closed', 1]);
  mine.close();
  const again = talk.anas.peer.channel('game');
  await clock.advance(10);
  assert.deepEqual([again.state, told.length], ['open', 2]);
});

test('however many of one label the other side makes, 64 are left', async (t) => {
  const { bobs, network, clock } = await startTalk(t);
  record(bobs.peer, 'channel');
  const made = Array.from({ length: 200 }, () => network.all[0].createDataChannel('x'));
  await clock.advance(20);
  assert.equal(made.filter(({ readyState }) => readyState === 'open').length, 64);
});

test('channels that nobody listens to leave nothing behind that counts', async (t) => {
  const { anas, bobs, clock } = await startTalk(t, { maxMessageSize: MiB });
  for (let i = 0; i < 10; i++) {
    const channel = anas.peer.channel(`c${i}`);
    await clock.advance(5);
    channel.send(new Uint8Array(MiB - 1));
    channel.close();
    await clock.advance(1_000);
  }
  assert.deepEqual([anas.peer.state, bobs.peer.state], ['open', 'open']);
});

// That `make bench-browser` works: one round of each kind, and figures that make sense. How fast anything is is not
// asked here.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { measureChannel } from './channel.js';
import { measureConnect } from './connect.js';
import { measureFile } from './file.js';
import { inTurns, summary, table } from './figures.js';
import { measureLoad } from './load.js';
import { measurePage } from './page.js';
import { Place } from './place.js';

/** @type {Place} */
let place;
before(async () => { place = await Place.open({ delay: 5 }); }, { timeout: 60_000 });
after(() => place?.close());

const once = { rounds: 1, warmup: 0 };
const names = (/** @type {object} */ figures) => Object.keys(figures).sort();

test('figures', async () => {
  assert.deepEqual(summary([5, 1, 4, 2, 3, 6, 7, 8, 9, 10]), { n: 10, min: 1, median: 5.5, p90: 10 });
  const order = /** @type {string[]} */ ([]);
  const take = (/** @type {string} */ name) => async () => ({ n: order.push(name) });
  const figures = await inTurns({ a: take('a'), b: take('b') }, { rounds: 2, warmup: 1 });
  assert.deepEqual(order, ['a', 'b', 'b', 'a', 'a', 'b']);
  assert.deepEqual(figures.a.n, { n: 2, min: 4, median: 4.5, p90: 5 });
  assert.equal(table(['', 'ms'], [['near', 1], ['far', 120.26]]), '       ms\nnear    1\nfar   120');
});

test('a visit costs what the files cost, and less the next time', { timeout: 60_000 }, async () => {
  const first = await measureLoad(place, { ...once, warm: false, far: false });
  const next = await measureLoad(place, { ...once, warm: true, far: true });
  assert.deepEqual(names(first), ['beckon, library alone', 'beckon, whole chat page', 'peerjs, library alone']);
  for (const [name, { requests, bytes, ready }] of Object.entries(first)) {
    assert.ok(requests.median > 2 && bytes.median > 10_000 && ready.median > 0, name);
    assert.equal(next[name].requests.median, requests.median, name);
    assert.ok(next[name].bytes.median < bytes.median, name);
  }
});

test('two tabs connect, near and far', { timeout: 60_000 }, async () => {
  const near = await measureConnect(place, { ...once, first: false, far: false });
  const far = await measureConnect(place, { ...once, first: true, far: true });
  assert.deepEqual([names(near), names(far)], [['beckon', 'peerjs'], ['beckon', 'peerjs']]);
  for (const { ms } of Object.values(near)) assert.ok(ms.min > 0);
  for (const { ms } of Object.values(far)) assert.ok(ms.min >= 20, `two trips through the delay take longer than ${ms.min} ms`);
});

test('messages go through each kind of channel', { timeout: 60_000 }, async () => {
  const figures = await measureChannel(place, { ...once, size: 100, count: 500 });
  assert.deepEqual(names(figures), ['bare RTCDataChannel', 'beckon', 'peerjs, default', 'peerjs, raw']);
  for (const [name, { perSecond, receiving }] of Object.entries(figures)) {
    assert.ok(perSecond.min > 0 && receiving.min > 0, name);
  }
});

test('a file goes by each', { timeout: 60_000 }, async () => {
  const figures = await measureFile(place, { ...once, size: 2_000_000 });
  assert.deepEqual(names(figures), ['bare RTCDataChannel', 'beckon', 'peerjs']);
  for (const [name, { perSecond, sender, receiver, cpu }] of Object.entries(figures)) {
    assert.ok(perSecond.min > 0 && cpu.min > 0 && sender.min > 0 && receiver.min > 0, name);
  }
});

test('the main thread is watched while a room fills and empties', { timeout: 60_000 }, async () => {
  const { entering, watching } = await measurePage(place, { users: 20, storm: 20, spread: 200 });
  assert.ok(entering.starting > 0 && entering.longest >= entering.starting && entering.busy > entering.longest);
  assert.ok(watching && watching.busy > watching.longest && watching.longest > 0);
});

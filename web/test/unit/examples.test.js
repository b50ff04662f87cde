// The examples that the pages and the library itself give do what they say.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runExample, setGlobals } from './fakes/example.js';
import { FakeStream, FakeTrack } from './fakes/media.js';

const read = (file) => readFileSync(new URL(file, import.meta.url), 'utf8');

/** @param {string} page by its path from the root of the repository */
const examplesOf = (page) =>
  Array.from(read(`../../../${page}`).matchAll(/^```js\n([^]*?)^```$/gm), ([, code], i) => [`${page} ${i + 1}`, code]);

const examples = new Map([
  ...examplesOf('README.md'),
  ...examplesOf('web/README.md'),
  ['beckon.js', Array.from(read('../../app/lib/beckon.js').matchAll(/^ \* {5}(.*)$/gm), ([, line]) => line).join('\n')],
]);

test('the first page has an example, its guide has two, and the library has one', () => {
  assert.deepEqual([...examples.keys()], ['README.md 1', 'web/README.md 1', 'web/README.md 2', 'beckon.js']);
});

test('the example of the first page is short', () => {
  assert.ok(examples.get('README.md 1').trimEnd().split('\n').length <= 10);
});

const VIDEO = 'web/README.md 2';

for (const [title, code] of examples) {
  if (title !== VIDEO) test(`the example of ${title} greets once, and hears`, async (t) => {
    const { bob, heard, said, clock, network } = await runExample(t, code);
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
  setGlobals(t, {
    prompt: () => 'Ana',
    document: { createElement, body: { append: (element) => shown.push(element) } },
    navigator: { mediaDevices: { getUserMedia: async () => media } },
  });
  return () => shown.filter(({ kind }) => kind === 'video').map(({ title, muted, srcObject: { id } }) => [title, muted, id]);
}

test(`the example of ${VIDEO} shows everybody while they are there, in less than fifty lines`, async (t) => {
  const code = examples.get(VIDEO);
  assert.ok(code.split('\n').length < 50);
  const [hers, his] = Array.from({ length: 2 }, () => new FakeStream([new FakeTrack('audio'), new FakeTrack('video')]));
  const shown = fakePage(t, hers);
  const { bob, clock } = await runExample(t, code);
  const publication = bob.peers.publish(his);
  await clock.advance(100);
  assert.deepEqual(shown(), [['Ana', true, hers.id], ['Bob', false, his.id]]);
  publication.remove();
  await clock.advance(100);
  assert.deepEqual(shown(), [['Ana', true, hers.id]]);
});

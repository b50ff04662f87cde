// The page about the library is what its comments say, leads nowhere else, and its examples do what they say.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { blocksOf } from '../apidoc/html.js';
import { migrations } from '../apidoc/migration.js';
import { Page, readExample } from '../apidoc/page.js';
import { readLibrary } from '../apidoc/source.js';
import { fakeRTC } from './fakes/check-rtc.js';
import { record } from './fakes/events.js';
import { runExample, setGlobals } from './fakes/example.js';
import { FakeStream, FakeTrack } from './fakes/media.js';

const library = readLibrary();
const html = new Page(library).html();
const all = (pattern) => Array.from(html.matchAll(pattern), ([, found]) => found);
const files = readdirSync(new URL('../apidoc/examples', import.meta.url));

test('the page is what the comments of the library say: make apidoc makes it', () => {
  const committed = readFileSync(new URL('../../app/lib/index.html', import.meta.url), 'utf8');
  assert.ok(committed === html, 'web/app/lib/index.html is not what make apidoc makes');
});

test('everything that the library gives has its place', () => {
  const ids = all(/ id="([^"]+)"/g);
  assert.deepEqual(ids.filter((id, i) => ids.indexOf(id) !== i), [], 'an id is there twice');
  const places = [...library.exports.keys()].filter((name) => name !== 'CheckOptions');
  assert.deepEqual(places.filter((name) => !ids.includes(name)), []);
  assert.deepEqual(all(/href="#([^"]+)"/g).filter((id) => !ids.includes(id)), [], 'links to what is not there');
});

test('the classes show what they have, and nothing private', () => {
  const ids = all(/ id="([^"]+)"/g);
  for (const [name, Class] of Object.entries({ Signaling: 'state', Peers: 'connect', Peer: 'send', Room: 'leave', SentTrack: 'track', Publication: 'remove' })) {
    assert.ok(ids.includes(`${name}.${Class}`), name);
  }
  for (const hidden of ['Publication.add', 'SentTrack.constructor', 'Peer.constructor', 'Peers.emit']) assert.ok(!ids.includes(hidden), hidden);
  assert.deepEqual(all(/(#(?:link|options|signaling|connection)\b(?!"))/g), []);
  assert.doesNotMatch(html, /import\(|\.js'\)|@param|<code>any<|Link\b(?! to)/);
});

test('all values of closed sets are explained, and so are all events and options', () => {
  assert.deepEqual(new Page(library).unexplained(), []);
  const silent = [...library.exports.keys()].filter((name) => /Events$|Options$/.test(name))
    .flatMap((name) => library.types.get(name).fields.filter(({ text }) => text === '').map((field) => `${name}.${field.name}`));
  assert.deepEqual(silent, []);
});

test('each reason says what to do', () => {
  const [, about] = /<h3 id="PeerReason">([^]*?)<h3 /.exec(html);
  const rows = Array.from(about.matchAll(/<tr[^>]*><td>([^]*?)<\/tr>/g), ([, row]) => row.split('</td><td>'));
  assert.ok(rows.length > 20, `${rows.length} rows`);
  assert.deepEqual(rows.filter((row) => row.length !== 3 || row.includes('</td>') || row.includes('')).map(([name]) => name), []);
});

test('options say what they are by default', () => {
  const { fields } = library.types.get('PeersOptions');
  const silent = fields.filter(({ name, text }) => !/default/i.test(text) && name !== 'media');
  assert.deepEqual(silent.map(({ name }) => name), []);
});

test('who comes from elsewhere is told of what there is only', () => {
  const ids = all(/ id="([^"]+)"/g);
  const classOf = (name) => (name === 'sent' ? 'SentTrack' : name[0].toUpperCase() + name.slice(1));
  const ours = migrations.flatMap(({ rows }) => rows.map(([, here]) => here));
  const objects = '(signaling|peers|peer|channel|room|sent|publication)';
  const members = ours.flatMap((here) =>
    Array.from(here.matchAll(new RegExp(`\\b${objects}\\.(\\w+)`, 'g')), ([, name, member]) => `${classOf(name)}.${member}`));
  const events = ours.flatMap((here) => Array.from(here.matchAll(new RegExp(`events? \`(\\w+)\`(?: and \`(\\w+)\`)? of \`${objects}\``, 'g')),
    ([, one, other, name]) => [one, other].filter(Boolean).map((event) => `${classOf(name)}:${event}`))).flat();
  assert.ok(members.length > 30 && events.length > 5, `${members.length} members, ${events.length} events`);
  assert.deepEqual([...members, ...events].filter((id) => !ids.includes(id)), []);
  assert.deepEqual(ours.filter((here) => here === ''), []);
});

/** The code in the library's own comments. */
function codeOf(library) {
  const members = [...library.classes.values()].filter(({ name }) => library.exports.has(name)).flatMap((one) => one.members);
  const docs = [...members, ...library.functions.values()].map(({ doc }) => doc.text);
  return [library.text, ...docs].flatMap(blocksOf).filter(({ kind }) => kind === 'code').map(({ lines }) => lines.join('\n'));
}

test('there is no code that is not run', () => {
  const shown = all(/<pre[^>]*><code>([^]*?)<\/code>/g).map((code) =>
    code.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
  const run = [...Object.keys(says), ...Object.keys(does), ...elsewhere].map(codeNamed);
  assert.deepEqual(shown.filter((code) => !run.some((other) => other.includes(code))), []);
  assert.deepEqual(files.filter((file) => !(file in says) && !(file in does) && !elsewhere.includes(file)), []);
});

/** Run by web/test/e2e/node.test.js, with real packages. */
const elsewhere = ['node.js'];

/** @param {string} name a file, or `start` and `join` for those of the comments */
function codeNamed(name) {
  if (name === 'start') return codeOf(library).find((code) => code.startsWith('import { Signaling'));
  return name === 'join' ? codeOf(library).find((code) => code.startsWith('import { join')) : readExample(name);
}

/** What examples say by themselves, after what was prepared, and what Bob hears of them, if they call him. */
const says = {
  start: { said: [], heard: ['hello'] },
  join: { said: [], heard: ['Hello!'] },
  'certificate.js': { said: [], heard: [] },
  'signaling.js': {
    prepare: async ({ join }) => { await join('Ana'); },
    said: ['connecting', 'ready', 'online', 'Ana2 meets Bob,Ana'],
  },
  'peer.js': { said: ['it goes by same-network', 'all sent'], heard: ['one', 'two', 2_000_000] },
  'channel.js': {
    said: Array.from({ length: 46 }, (_, i) => `${Math.min(3_000_000, 65_520 * (i + 1))} of 3000000`),
    channels: { files: ['{"name":"cat.jpg","size":3000000}', 3_000_000] },
    heard: [],
  },
  'check.js': {
    prepare: ({ server }) => { server.iceServers = [{ urls: 'stun:s.example' }, { urls: 'turn:t.example', username: 'u', credential: 'c' }]; },
    luck: { '': { finds: [['host', '192.0.2.1']] }, 'stun:s.example': { finds: [['srflx', '192.0.2.7']] }, 'turn:t.example': { errors: [401] } },
    said: ['browser works', 'stun:s.example works 0', 'turn:t.example refused 401'],
  },
};

for (const [name, { prepare = () => {}, luck, said, heard, channels = {} }] of Object.entries(says)) {
  test(`the example ${name} runs`, async (t) => {
    const brought = {};
    const found = await runExample(t, codeNamed(name), async (party) => {
      await prepare(party);
      party.bob.peers.addEventListener('peer', ({ detail: { peer } }) => {
        peer.addEventListener('channel', ({ detail: { channel } }) => {
          brought[channel.label] = [];
          channel.addEventListener('message', ({ detail: { data } }) => brought[channel.label].push(data.byteLength ?? data));
        });
      });
      if (luck) setGlobals(t, { RTCPeerConnection: fakeRTC(luck).RTCPeerConnection });
    });
    assert.deepEqual(found.said, said);
    assert.deepEqual(brought, channels);
    const messages = found.heard.map(([, details]) => details.map(({ data }) => data.byteLength ?? data));
    assert.deepEqual(messages, heard ? [heard] : []);
    assert.deepEqual(found.bob.peers.all.map(({ state }) => state), heard ? ['open'] : []);
  });
}

/** As much of a page as the examples about media need. */
function usePage(t) {
  const buttons = new Map();
  const querySelector = (id) => {
    buttons.set(id, buttons.get(id) ?? new EventTarget());
    return buttons.get(id);
  };
  const media = async () => new FakeStream([new FakeTrack('video')]);
  setGlobals(t, { document: { querySelector }, navigator: { mediaDevices: { getUserMedia: media, getDisplayMedia: media } } });
  return (id) => buttons.get(id).dispatchEvent(new Event('click'));
}

/** What examples do when something else happens. */
const does = {
  'peers.js': async ({ run }) => {
    const { join, bob, said, clock } = await run();
    const [eve, mallory] = [await join('Eve'), await join('Mallory')];
    const calls = [eve, mallory].map(({ peers }) => peers.connect('Ana'));
    await clock.advance(200);
    assert.deepEqual(calls.map(({ state }) => state), ['open', 'closed']);
    const [bobs, eves] = [record(bob.peers.get('Ana'), 'message'), record(calls[0], 'message')];
    bob.peers.get('Ana').send('to the others');
    await clock.advance(200);
    assert.deepEqual([bobs, eves], [[], [{ data: 'to the others' }]]);
    assert.deepEqual(said, ['calling Bob', 'called by Eve', 'called by Mallory', 'Mallory closed local']);
  },
  'sent-track.js': async ({ t, run }) => {
    const click = usePage(t);
    const { bob, clock, network, told } = await run();
    assert.deepEqual(told, ['+camera']);
    const replaced = sentTracks(network);
    click('#other-camera');
    await clock.advance(500);
    assert.notDeepEqual(sentTracks(network), replaced);
    click('#stop');
    await clock.advance(500);
    assert.deepEqual(told, ['+camera', '-camera']);
    assert.equal(bob.peers.get('Ana').state, 'open');
  },
  'stream.js': async ({ run }) => {
    const { bob, said, clock } = await run();
    const peer = bob.peers.get('Ana');
    const written = new Blob(['x'.repeat(100_000)]).stream().pipeTo(peer.channel('mine', { protocol: '{"name":"x","size":100000}' }).writable);
    for (let i = 0; i < 10; i++) await clock.advance(100);
    await written;
    assert.equal(said[0], 'sent to Bob');
    assert.match(said.at(-1), /^x of Bob: 100000 of 100000$/);
    const { readable } = peer.channel('file');
    assert.equal(readable.locked, false);
  },
  'publication.js': async ({ t, run }) => {
    const click = usePage(t);
    const { clock, told } = await run();
    click('#stop');
    await clock.advance(500);
    assert.deepEqual(told, ['+screen', '-screen']);
  },
};

/** Ids of all tracks that go anywhere. */
function sentTracks(network) {
  return network.open.flatMap((pc) => pc.getTransceivers().map(({ sender }) => sender.track?.id)).filter(Boolean);
}

for (const [name, play] of Object.entries(does)) {
  test(`the example ${name} does what it says`, async (t) => {
    const told = [];
    const run = async () => ({ ...await runExample(t, codeNamed(name), ({ bob }) => {
      bob.peers.addEventListener('peer', ({ detail: { peer } }) => {
        peer.addEventListener('track', ({ detail: { purpose } }) => told.push(`+${purpose}`));
        peer.addEventListener('removetrack', ({ detail: { purpose } }) => told.push(`-${purpose}`));
      });
    }), told });
    await play({ t, run });
  });
}

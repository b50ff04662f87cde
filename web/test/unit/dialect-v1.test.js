import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { plain } from '../../app/lib/dialect-plain.js';
import { dialectV1 } from '../../app/lib/dialect-v1.js';
import { Dialects } from '../../app/lib/dialects.js';
import { Resumption } from '../../app/lib/resumption.js';

const examples = JSON.parse(readFileSync(new URL('../../../internal/protocol/testdata/examples.json', import.meta.url)));
const ana = { id: '1', userName: 'ana' };
const bob = { id: '2', userName: 'bob' };

function setUp() {
  const resumption = new Resumption();
  const dialect = dialectV1(resumption);
  return { resumption, dialect, read: (frame) => dialect.read(JSON.stringify(frame)) };
}

test('every server frame among the protocol examples is understood', () => {
  const { read } = setUp();
  const frames = examples.filter(({ from }) => from === 'server').map(({ frame }) => frame);
  assert.ok(frames.some(({ type }) => type === 'presence') && frames.some(({ session }) => session), 'there are examples');
  for (const frame of frames) assert.equal(read(frame) === null, frame.type === 'removeUser', JSON.stringify(frame));
});

test('presence: who left, who joined; what is malformed is left out', () => {
  const { read } = setUp();
  assert.deepEqual(read({ type: 'presence', left: [ana, null, {}], joined: [bob, 7] }), { kind: 'presence', left: [ana], joined: [bob] });
  assert.deepEqual(read({ type: 'presence' }), { kind: 'presence', left: [], joined: [] });
  assert.equal(plain.read('{"type":"presence"}'), null);
});

test('the login reply: its session, and whether it went on', () => {
  const { read } = setUp();
  const reply = { type: 'login', success: true, id: '1', name: 'ana' };
  const facts = ({ session, resumed }) => [session, resumed];
  assert.deepEqual(facts(read({ ...reply, session: 's', resumed: true })), ['s', true]);
  assert.deepEqual(facts(read({ ...reply, session: 7, resumed: 'yes' })), [null, false]);
  assert.deepEqual(facts(plain.read(JSON.stringify({ ...reply, session: 's', resumed: true }))), [null, false]);
  assert.equal(read({ type: 'login', success: false, code: 'bad_name' }).kind, 'rejected');
});

test('a login claims the session, with the count of all text frames since its reply', () => {
  const { resumption, dialect, read } = setUp();
  const login = () => JSON.parse(JSON.stringify(dialect.login({ name: 'ana' })));
  read({ type: 'connect' });
  assert.deepEqual(login(), { type: 'login', name: 'ana' });
  resumption.begin('s');
  for (const data of ['{"type":"pong"}', '{"type":"error"}', '{"type":"presence"}', '{"type":"?"}', '{', new ArrayBuffer(1)]) dialect.read(data);
  assert.deepEqual(login(), { type: 'login', name: 'ana', session: 's', received: 5, confirms: true, attempt: 1 });
  resumption.detach();
  read({ type: 'connect' });
  const again = login();
  assert.equal(again.received, 5, 'the greeting of the next socket does not count');
  assert.equal(again.attempt, 2, 'each login is told from those before it');
  resumption.begin('s');
  assert.equal(login().received, 0);
  resumption.end();
  read({ type: 'pong' });
  assert.deepEqual(login(), { type: 'login', name: 'ana' });
  resumption.begin(null);
  assert.equal(resumption.possible, false);
});

test('offers: beckon.v1, and in between nothing, until it was accepted once', () => {
  const dialects = new Dialects(new Resumption());
  const offers = () => Array.from({ length: 4 }, () => dialects.offer().join());
  assert.deepEqual(offers(), ['beckon.v1', '', 'beckon.v1', '']);
  dialects.opened('');
  assert.equal(dialects.current, plain);
  assert.deepEqual(offers(), ['beckon.v1', '', 'beckon.v1', '']);
  dialects.opened('beckon.v1');
  assert.equal(dialects.current.subprotocol, 'beckon.v1');
  assert.deepEqual(offers(), Array(4).fill('beckon.v1'));
  dialects.opened('');
  assert.equal(dialects.current, plain, 'another server, behind the same address');
});

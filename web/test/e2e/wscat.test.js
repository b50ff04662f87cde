// The protocol by hand: the session of README.md is typed into the real wscat,
// and must print what the README shows. The form of such blocks, strict on
// purpose, is described in fixture/transcript.js.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Server } from './fixture/server.js';
import { Terminal } from './fixture/terminal.js';
import { assertFrame, readTranscript } from './fixture/transcript.js';
import { pause } from './fixture/wait.js';

const readme = new URL('../../../README.md', import.meta.url);

/** @type {Server} */
let server;
before(async () => { server = await Server.start(); });
after(() => server?.stop());

test('the session of the README is what one gets', { timeout: 60_000 }, async () => {
  const steps = readTranscript(readFileSync(readme, 'utf8'));
  assert.ok(steps.filter(({ kind }) => kind === 'frame').length >= 3, 'the README shows a session');
  await play(steps);
});

test('nonsense is answered, and forgiven', { timeout: 60_000 }, async () => {
  await play(readTranscript([
    '```wscat',
    '$ wscat -c ws://localhost:9000',
    '< {"type":"connect","message":"…"}',
    '> hello?',
    '< {"type":"error","code":"bad_json","message":"…"}',
    '> [1, 2, 3]',
    '< {"type":"error","code":"bad_json","message":"…"}',
    '> {"type":"login","type":"login","name":"Ana"}',
    '< {"type":"error","code":"bad_json","message":"…"}',
    '> {"name":"Ana"}',
    '< {"type":"error","code":"bad_message","message":"…"}',
    '> {"type":"dance"}',
    '< {"type":"error","code":"unknown_type","message":"Command not found: dance"}',
    '> {"type":"offer","name":"Bob","offer":{}}',
    '< {"type":"error","code":"not_logged_in","message":"…","name":"Bob"}',
    '> {"type":"login","name":7}',
    '< {"type":"login","success":false,"code":"bad_message","message":"…"}',
    '> {"type":"login","name":"  "}',
    '< {"type":"login","success":false,"code":"bad_name","message":"…"}',
    '> {"type":"login","name":"Ana"}',
    '< {"type":"login","success":true,"id":"00000000-0000-4000-8000-000000000000","name":"Ana","room":"","users":[],"iceServers":[]}',
    '> {"type":"offer","name":"Bob","offer":{}}',
    '< {"type":"error","code":"unknown_user","message":"User Bob does not exist!","name":"Bob"}',
    '> {"type":"ping","data":"still there"}',
    '< {"type":"pong","data":"still there"}',
    '```',
  ].join('\n')));
});

test('a transcript that is off by anything is refused', () => {
  const block = (/** @type {string[]} */ ...lines) => ['```wscat', ...lines, '```'].join('\n');
  const open = '$ wscat -c ws://localhost:9000';
  assert.equal(readTranscript(block(open, '> x', '< {}')).length, 3);
  for (const broken of [
    block('> before it is opened'),
    block(open, open),
    block(open, ''),
    block(open, '# a remark'),
    block(open, '< not json'),
    block('$ wscat -c ws://localhost:8080'),
    block(open).slice(0, -3),
    '``` wscat\n' + open + '\n```',
  ]) assert.throws(() => readTranscript(broken), undefined, broken);

  const one = '11111111-1111-4111-8111-111111111111';
  const two = '22222222-2222-4222-8222-222222222222';
  assertFrame(`{"a":"${one}","b":["…",1]}`, `{"b":["x",1],"a":"${two}"}`, new Map());
  for (const [expected, actual] of [
    ['{"a":1}', '{"a":2}'],
    ['{"a":1}', '{"a":1,"b":1}'],
    ['{"a":1,"b":1}', '{"a":1}'],
    ['{"a":[]}', '{"a":[1]}'],
    ['{"a":"…"}', '{"a":1}'],
    [`{"a":"${one}"}`, '{"a":"x"}'],
    [`{"a":"${one}","b":"${one}"}`, `{"a":"${one}","b":"${two}"}`],
    [`{"a":"${one}","b":"${two}"}`, `{"a":"${one}","b":"${one}"}`],
  ]) assert.throws(() => assertFrame(expected, actual, new Map()), undefined, `${expected} is not ${actual}`);
});

/** @param {import('./fixture/transcript.js').Step[]} steps */
async function play(steps) {
  /** @type {Map<string, Terminal>} */
  const terminals = new Map();
  const ids = new Map();
  try {
    for (const { kind, terminal: name, text } of steps) {
      if (kind === 'open') terminals.set(name, new Terminal(server.socketUrl));
      const terminal = /** @type {Terminal} */ (terminals.get(name));
      if (kind === 'type') terminal.type(text);
      if (kind === 'control') assert.equal(await terminal.next(), text);
      if (kind === 'frame') {
        const line = await terminal.nextFrame();
        assert.ok(line.startsWith('< '), `expected ${text}, got ${line}`);
        assertFrame(text, line.slice(2), ids);
      }
    }
    await pause(300);
    for (const [name, terminal] of terminals) {
      assert.deepEqual(terminal.rest(), [], `nothing else arrives in the terminal "${name}"`);
    }
  } finally {
    for (const terminal of terminals.values()) terminal.close();
  }
}

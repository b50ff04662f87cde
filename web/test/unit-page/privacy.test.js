import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Chat } from '../../app/js/model/chat.js';
import { Privacy } from '../../app/js/model/privacy.js';
import { Session } from '../../app/js/model/session.js';
import { TextMemory } from '../../app/js/model/text-memory.js';
import { counter, FakePeers, FakeSignaling, idOf } from './fakes/library.js';

const TURN = Object.freeze({ urls: 'turn:t.example' });

let signaling;
let stored;
let peers;

/** As much of Peers as is touched. */
class RelayOnly {
  #own = false;

  get relayOnly() {
    return this.#own || signaling.iceSupply.relayOnly;
  }

  set relayOnly(own) {
    this.#own = own;
  }
}

function open(storage = () => ({ getItem: (key) => stored.get(key) ?? null, setItem: (key, value) => { stored.set(key, value); } })) {
  peers = new RelayOnly();
  const chat = new Chat(new FakePeers(), { protocol: 'chat.v1 me', idOf });
  return new Privacy(peers, signaling, new Session(signaling, { memory: new TextMemory('beckon.name', storage), tokens: new TextMemory('beckon.token', storage), chat }), storage);
}

function logIn() {
  signaling.me = { id: '1', name: 'Ana', room: '' };
  signaling.become('online');
}

beforeEach(() => {
  signaling = new FakeSignaling();
  stored = new Map();
});

test('everybody may see the address at first; the wish to hide it counts at once and is remembered', () => {
  const privacy = open();
  const changes = counter(privacy, 'change');
  assert.deepEqual([privacy.hidden, privacy.forced, peers.relayOnly], [false, false, false]);
  privacy.hide(true);
  assert.deepEqual([privacy.hidden, peers.relayOnly, changes.seen], [true, true, 1]);
  assert.equal(open().hidden, true);
  assert.equal(peers.relayOnly, true);
  open().hide(false);
  assert.equal(open().hidden, false);
});

test('without a relay it means that nobody can be connected to: said once we know', () => {
  const privacy = open();
  privacy.hide(true);
  assert.equal(privacy.walled, false, 'before the login nobody knows');
  logIn();
  assert.equal(privacy.walled, true);
  signaling.iceServers = [TURN];
  assert.equal(privacy.walled, false);
  signaling.iceServers = [];
  privacy.hide(false);
  assert.equal(privacy.walled, false);
});

test('the server may want it so: then it is, and no choice', () => {
  const privacy = open();
  const changes = counter(privacy, 'change');
  signaling.iceSupply = { relayOnly: true };
  signaling.emit('ice', signaling.iceSupply);
  assert.deepEqual([privacy.hidden, privacy.forced, changes.seen], [true, true, 1]);
  logIn();
  assert.equal(privacy.walled, true);
  assert.equal(stored.size, 0, 'that is not our wish');
});

test('a storage that is missing, full or forbidden harms nothing', () => {
  const privacy = open(() => { throw new DOMException('no', 'SecurityError'); });
  privacy.hide(true);
  assert.equal(privacy.hidden, true);
});

// Whatever happens, in whatever order: nobody reads what was written for another of the same name, unless it was sent to
// them in spite of a warning; and there is no warning about somebody who is known.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chat } from '../../app/js/model/chat.js';
import { useClock } from '../unit/fakes/clock.js';
import { randomFrom } from '../unit/fakes/random.js';
import { FakePeers } from './fakes/library.js';

const RUNS = 400;
const STEPS = 80;
const ME = 'chat.v1 me';

class Town {
  history = [];
  /** Who has the name at this moment, and the server's id of that login. */
  holder = null;
  id = '';
  /** How often a warning was heeded by a click, and how often text went by itself: so that the test is known to test. */
  warned = 0;
  read = 0;
  #logins = 0;
  #texts = 0;
  /** Whom I take each conversation to be with. */
  #believed = new Map();
  /** By text: for whom, under which login, and whether they had been connected with me then. */
  #written = new Map();
  /** By text: to whom it was sent in spite of the warning. */
  #insisted = new Map();
  #persons = new Map();
  #peers = new FakePeers();

  constructor(random, clock) {
    this.random = (below) => Math.floor(random() * below);
    this.clock = clock;
    this.chat = new Chat(this.#peers, { protocol: ME, idOf: () => this.id });
  }

  get talk() {
    return this.chat.selected;
  }

  get #peer() {
    return this.#peers.get('Bob');
  }

  logsIn(holder) {
    this.holder = holder;
    this.id = holder ? `login ${++this.#logins}` : '';
  }

  /** Where the line opens, there is whoever has the name. */
  opens(peer, protocol) {
    const wanted = peer.identity.fingerprint;
    if (!this.holder) return;
    if (wanted && wanted !== this.holder) return peer.become('failed', { reason: 'replaced' });
    peer.identity = { id: this.id, fingerprint: this.holder };
    this.#persons.set(peer, this.holder);
    const met = this.holder;
    peer.opens(protocol);
    const talk = this.chat.get('Bob');
    this.#believed.set(talk, { person: met, id: this.id, proven: true });
  }

  calls(protocol) {
    if (!this.holder) return;
    if (!this.#peer) this.#peers.calledBy('Bob', { id: this.id, fingerprint: this.holder });
    this.opens(this.#peer, protocol);
  }

  connect() {
    if (this.holder) this.chat.connect('Bob');
  }

  #newText() {
    const text = `#${++this.#texts}`;
    this.#written.set(text, this.#believed.get(this.talk));
    return text;
  }

  type() {
    if (this.talk?.draft === '') this.talk.draft = this.#newText();
  }

  enter() {
    if (!this.talk || (!this.talk.live && !this.holder)) return;
    const text = this.talk.draft || this.#newText();
    if (this.chat.say(this.talk, text, 'Ana')) this.talk.draft = '';
  }

  press() {
    if (!this.talk?.canSendAgain) return;
    if (this.talk.doubts > 0) {
      this.warned++;
      for (const { text, delivery } of this.talk.messages) {
        if (delivery === 'unsent' || delivery === 'unconfirmed') this.#insisted.set(text, this.#believed.get(this.talk).person);
      }
    }
    this.talk.sendAgain();
  }

  /** Something happens. */
  async chance() {
    const { random } = this;
    const protocol = ['', 'chat.v1 theirs', ME][random(3)];
    const events = [
      [4, 'look', () => this.chat.open('Bob')],
      [1, 'look away', () => this.chat.select(null)],
      [5, 'type', () => this.type()],
      [8, 'enter', () => this.enter()],
      [4, 'connect', () => this.connect()],
      [4, 'log in', () => this.logsIn(['B', 'O'][random(2)])],
      [2, 'the server restarts', () => this.logsIn(this.holder)],
      [1, 'leave', () => this.logsIn(null)],
      [8, 'open', () => this.#peer?.state === 'connecting' && this.opens(this.#peer, protocol)],
      [2, 'answer, but no way', () => this.#answersInVain()],
      [3, 'call', () => this.calls(protocol)],
      [3, 'hello', () => this.#peer?.state === 'open' && this.#peer.gives({ 'chat.v1': 'hello', from: this.holder ?? 'x', to: '', seen: 0, ask: true, bare: [] })],
      [3, 'time', () => this.clock.advance(random(20_000))],
      [3, 'lose', () => this.#peer?.state === 'open' && this.#peer.become('reconnecting')],
      [2, 'back', () => this.#peer?.state === 'reconnecting' && this.#peer.become('open')],
      [2, 'back anew', () => this.#peer?.state === 'reconnecting' && this.#persons.get(this.#peer) === this.holder && this.opens(this.#peer, protocol)],
      [4, 'end', () => this.#peer?.become(this.#peer.epoch ? 'closed' : 'failed', { reason: 'left' })],
      [5, 'press', () => this.press()],
    ];
    let rest = random(events.reduce((sum, [weight]) => sum + weight, 0));
    const [, name, happen] = events.find(([weight]) => (rest -= weight) < 0);
    this.history.push(name);
    await happen();
    this.#look();
  }

  #answersInVain() {
    const peer = this.#peer;
    if (peer?.state !== 'connecting' || !this.holder || (peer.identity.fingerprint || this.holder) !== this.holder) return;
    peer.identity = { id: this.id, fingerprint: this.holder };
    peer.become('failed', { reason: 'ice-failed' });
  }

  /** Checks what everybody has read, and what I am asked. */
  #look() {
    for (const talk of this.chat.conversations) {
      if (!this.#believed.has(talk)) this.#believed.set(talk, { person: this.holder, id: this.id, proven: false });
    }
    for (const [peer, person] of this.#persons) {
      for (const { message: text } of peer.sent.splice(0)) {
        if (!text) continue;
        this.read++;
        assert.ok([this.#written.get(text).person, this.#insisted.get(text)].includes(person), `${text} was read by ${person}`);
      }
    }
    for (const talk of this.chat.conversations) if (talk.doubts > 0) this.#warnedWithReason(talk);
  }

  #warnedWithReason(talk) {
    const there = this.#believed.get(talk);
    const failed = talk.messages.filter(({ delivery }) => delivery === 'unsent' || delivery === 'unconfirmed');
    assert.ok(failed.some(({ text }) => {
      const { person, id, proven } = this.#written.get(text);
      return person !== there.person || (!proven && id !== there.id);
    }), 'a warning about somebody who is known');
  }
}

test('what was written for one is read by no other', async (t) => {
  const clock = useClock(t);
  let warned = 0;
  let read = 0;
  for (let seed = 1; seed <= RUNS; seed++) {
    const town = new Town(randomFrom(seed), clock);
    town.logsIn('B');
    try {
      for (let step = 0; step < STEPS; step++) await town.chance();
    } catch (error) {
      error.message += `\nseed ${seed}: ${town.history.join(', ')}`;
      throw error;
    }
    town.chat.clear();
    warned += town.warned;
    read += town.read;
  }
  assert.ok(warned > RUNS / 10 && read > 4 * RUNS, `${warned} warned, ${read} read`);
});

// Two people, the channels between them, and what can happen to those.

import { FakePeer } from './library.js';

class Channel {
  /** Frames on their way to each side, oldest first. @type {Map<Side, string[]>} */
  under = new Map();
  constructor(...sides) {
    for (const side of sides) this.under.set(side, []);
  }
}

class LinePeer extends FakePeer {
  constructor(name, side) {
    super(name);
    this.side = side;
  }

  send(data) {
    super.send(data);
    this.side.put(data);
  }
}

/** One of the two; has a new life after every reload. */
class Side {
  /** @type {LinePeer} */
  peer;
  /** @type {Channel | null} */
  channel = null;
  /** Whether the channel is with another client. */
  metBare = false;
  lives = [];
  #world;
  #said = 0;

  constructor(world, name, otherName) {
    this.#world = world;
    this.name = name;
    this.otherName = otherName;
  }

  get protocol() {
    return `chat.v1 ${this.name}`;
  }

  get other() {
    return this === this.#world.ana ? this.#world.bob : this.#world.ana;
  }

  get life() {
    return this.lives.at(-1);
  }

  get conversation() {
    return this.life?.conversation ?? null;
  }

  get bare() {
    return this.conversation === null;
  }

  get sent() {
    return this.peer.sent;
  }

  get heard() {
    return this.life.heard;
  }

  /** What another client was given. */
  get frames() {
    return this.life.frames;
  }

  reload({ bare = false } = {}) {
    this.conversation?.dispose();
    this.channel = null;
    const life = { conversation: null, heard: [], frames: [], entrusted: new Set(), prefix: `${this.name}${this.lives.length + 1}-` };
    this.lives.push(life);
    this.peer = new LinePeer(this.otherName, this);
    if (bare) return;
    const conversation = this.#world.make(this.otherName, this.protocol);
    life.conversation = conversation;
    conversation.addEventListener('message', () => {
      const { mine, text } = conversation.messages.at(-1);
      if (!mine) life.heard.push(text);
    });
    conversation.attach(this.peer);
  }

  /** Says this, or the next thing there is to say. */
  say(text = `${this.life.prefix}${++this.#said}`) {
    if (this.bare) this.put(text);
    else this.conversation.send(text, this.name);
  }

  put(data) {
    this.channel?.under.get(this.other)?.push(data);
    if (!this.bare) this.#entrust(data);
  }

  /**
   * What goes without a number is out of our hands. That is right for other clients, and
   * for somebody of whom nobody has heard that they have this one.
   */
  #entrust(data) {
    const { message, 'chat.v1': number } = JSON.parse(data);
    if (message && !number && (this.metBare || !this.life.greeted)) this.life.entrusted.add(message);
  }

  /** The next frame arrives, if both still have the channel. */
  take() {
    if (!this.channel || this.channel !== this.other.channel) return false;
    const data = this.channel.under.get(this).shift();
    if (data === undefined) return false;
    if (this.bare) {
      const frame = JSON.parse(data);
      this.frames.push(frame);
      this.heard.push(frame.message);
    } else {
      this.life.greeted ||= data.startsWith('{"chat.v1":"hello"');
      this.peer.gives(data);
    }
    return true;
  }

  become(state, reason = null) {
    this.peer.become(state, { reason });
  }

  /** A peer that is over is followed by another. */
  freshPeer() {
    if (this.peer.state !== 'closed' && this.peer.state !== 'failed') return;
    this.peer = new LinePeer(this.otherName, this);
    this.conversation?.attach(this.peer);
  }
}

export class World {
  history = [];

  /** @param {(name: string, protocol: string) => import('../../../app/js/model/conversation.js').Conversation} make */
  constructor(make) {
    this.make = make;
    this.ana = new Side(this, 'ana', 'bob');
    this.bob = new Side(this, 'bob', 'ana');
    for (const side of this.sides) side.reload();
  }

  get sides() {
    return [this.ana, this.bob];
  }

  /**
   * A new channel in place of the old, with all that was under way in it; noticed: the
   * connection was shown as new before that.
   */
  connect({ offerer = this.ana, noticed = true } = {}) {
    const channel = new Channel(...this.sides);
    for (const side of this.sides) {
      side.freshPeer();
      side.channel = channel;
      side.metBare = side.other.bare;
      if (noticed) side.become('connecting');
    }
    for (const side of [offerer.other, offerer]) side.peer.opens(offerer.bare ? '' : offerer.protocol);
  }

  interrupt() {
    for (const side of this.sides) if (side.peer.state === 'open') side.become('reconnecting');
  }

  resume() {
    for (const side of this.sides) if (side.peer.state === 'reconnecting' && side.channel === side.other.channel) side.become('open');
  }

  end() {
    for (const side of this.sides) this.#end(side);
  }

  #end(side) {
    if (side.peer.state === 'closed' || side.peer.state === 'failed') return;
    side.channel = null;
    side.become('failed', 'ice-failed');
  }

  deliverAll() {
    while (this.ana.take() || this.bob.take());
  }

  /** A long time: what was under way has arrived, and both sides know whether the line is well. */
  async #long(clock, ms) {
    const well = this.ana.channel === this.bob.channel && this.sides.every(({ peer }) => peer.state === 'open');
    if (!well) this.interrupt();
    await this.drain(clock);
    await clock.advance(ms);
  }

  /** Until nobody has anything to say any more, but for those who wait to learn who is there. */
  async drain(clock) {
    for (let round = 0; round < 10; round++) {
      this.deliverAll();
      await clock.advance(60);
    }
  }

  /** Everything is well again, and everybody presses the button. */
  async settle(clock) {
    this.connect();
    for (let round = 0; round < 2; round++) {
      await this.drain(clock);
      await clock.advance(16_000);
      await this.drain(clock);
      for (const { conversation } of this.sides) conversation?.sendAgain();
    }
    await this.drain(clock);
  }

  /** Something happens. */
  async chance(random, clock) {
    const side = this.sides[random(2)];
    const events = [
      [24, 'say', () => side.say()],
      [40, 'take', () => side.take()],
      [8, 'time', () => clock.advance(random(90))],
      [1, 'long', () => this.#long(clock, random(12_000))],
      [4, 'lose', () => side.peer.state === 'open' && side.become('reconnecting')],
      [4, 'back', () => this.resume()],
      [2, 'new', () => this.connect({ offerer: side })],
      [2, 'new, unnoticed', () => this.connect({ offerer: side, noticed: false })],
      [1, 'end', () => this.#end(side)],
      [1, 'again', () => side.conversation?.sendAgain()],
      [1, 'reload', () => side.reload()],
      [1, 'another client', () => side.other.bare || side.reload({ bare: true })],
    ];
    let rest = random(events.reduce((sum, [weight]) => sum + weight, 0));
    const [, name, happen] = events.find(([weight]) => (rest -= weight) < 0);
    this.history.push(`${side.name}: ${name}`);
    await happen();
  }
}

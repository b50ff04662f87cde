// A connection to the server that is cut, or goes dead without a word: the
// session outlives it, and the others never notice.
import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import { Person } from './fixture/person.js';
import { stage } from './fixture/stage.js';
import { eventually, pause } from './fixture/wait.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });
const pairs = [['chromium', 'firefox'], ['firefox', 'chromium']];

for (const [one, other] of pairs) {
  scenario(`cut in the middle of a call (${one}): it is set up after the return, nobody saw anybody leave`, async (scene) => {
    const { ana, bob, line } = await startBehindLine(scene, one, other);
    line.shut();
    await bob.connectTo('Ana'); // the offer waits at the server
    await ana.connectTo('Bob'); // and this one in the page
    await pause(1000);
    line.open();
    for (const [person, name] of [[ana, 'Bob'], [bob, 'Ana']]) await person.isConnectedTo(name, { timeout: 13_000 });
    await ana.say('still here');
    await bob.show('Ana');
    await bob.hears('Ana', 'still here');
    assert.deepEqual(await newsOn(bob), [], 'to the others nothing happened');
    assert.equal(await logins(ana), 2, 'there was a cut');
  });

  scenario(`cut again and again while calls are set up (${one}): every one succeeds`, async (scene) => {
    const { ana, bob, line } = await startBehindLine(scene, one, other);
    for (const delay of [0, 20, 50, 100, 200]) {
      const [caller, called] = delay % 100 === 0 ? [ana, bob] : [bob, ana];
      await caller.connectTo(called.name);
      await pause(delay);
      line.cut();
      await caller.isConnectedTo(called.name, { timeout: 13_000 });
      await called.isConnectedTo(caller.name);
      await caller.disconnectFrom(called.name);
      await called.find('button', `Message ${caller.name}`);
    }
    assert.deepEqual(await newsOn(bob), []);
  });

  scenario(`a short cut is not worth a word on the page (${one})`, async (scene) => {
    const { ana, bob, line } = await startBehindLine(scene, one, other);
    await watchScreen(ana);
    line.cut();
    await eventually('a second login is granted', async () => (await logins(ana)) === 2);
    await pause(500);
    assert.deepEqual(await screensOf(ana), [], 'the screen never changed');
    assert.deepEqual(await newsOn(bob), []);
  });

  scenario(`a line that goes dead without a word (${one}): noticed within 10 s, and the session goes on`, async (scene) => {
    const { ana, bob, line } = await startBehindLine(scene, one, other);
    line.swallow();
    const start = Date.now();
    await ana.reads(/no connection to the server|reconnecting/i);
    assert.ok(Date.now() - start < 10_000);
    line.open();
    await ana.lacksNotice({ timeout: 13_000 });
    await bob.startChat('Ana');
    assert.deepEqual(await newsOn(bob), []);
  });
}

/**
 * Ana, whose line to the server can be cut, and Bob, who sees her.
 * @param {import('./fixture/stage.js').Scene} scene
 * @param {string} one  Ana's browser
 * @param {string} other  Bob's
 */
async function startBehindLine(scene, one, other) {
  const line = await Line.start(scene.server.port);
  scene.atEnd(() => line.close());
  const ana = await personVia(line, scene, one);
  await ana.logIn('Ana');
  const bob = await personVia({ port: scene.server.port }, scene, other);
  await bob.logIn('Bob');
  await ana.sees('Bob');
  await bob.sees('Ana');
  await bob.page.evaluate('news.length = 0');
  ana.expectServerTrouble();
  return { ana, bob, line };
}

/**
 * A person whose page notes the server's news of others and counts the logins granted.
 * @param {{port: number}} way
 * @param {import('./fixture/stage.js').Scene} scene
 * @param {string} browser
 */
async function personVia({ port }, scene, browser) {
  const context = await scene.browsers.get(browser)?.createBrowserContext();
  if (!context) throw new Error(`no browser ${browser} on this stage`);
  scene.atEnd(() => context.close().catch(() => {}));
  const person = new Person(await context.newPage(), scene.url.replace(`:${scene.server.port}/`, `:${port}/`));
  scene.people.push(person);
  await person.page.evaluateOnNewDocument(() => {
    const noted = { news: /** @type {string[]} */ ([]), logins: 0 };
    Object.assign(window, noted);
    const Real = WebSocket;
    window.WebSocket = class extends Real {
      /** @param {ConstructorParameters<typeof WebSocket>} args */
      constructor(...args) {
        super(...args);
        this.addEventListener('message', ({ data }) => {
          const { type, success } = JSON.parse(data);
          // @ts-expect-error: put there above
          if (type === 'login' && success) window.logins++;
          // @ts-expect-error: put there above
          if (['presence', 'updateUsers', 'leave', 'removeUser'].includes(type) && !JSON.parse(data).name) window.news.push(data);
        });
      }
    };
  });
  await person.visit();
  return person;
}

/** @param {Person} person */
const newsOn = (person) => /** @type {Promise<string[]>} */ (person.page.evaluate('news'));
/** @param {Person} person */
const logins = (person) => /** @type {Promise<number>} */ (person.page.evaluate('logins'));

/**
 * Notes from now on every text that appears on the screen in place of another.
 * @param {Person} person
 */
async function watchScreen({ page }) {
  // What is said to screen readers goes by itself after a while.
  await page.waitForFunction(() => !document.body.innerText.includes('Welcome, Ana'));
  await page.evaluate(() => {
    const before = document.body.innerText;
    const screens = /** @type {string[]} */ ([]);
    Object.assign(window, { screens });
    new MutationObserver(() => {
      const now = document.body.innerText;
      if (now !== before) screens.push(now);
    }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  });
}

/** @param {Person} person */
const screensOf = (person) => /** @type {Promise<string[]>} */ (person.page.evaluate('screens'));

/** A way to the server that can be interrupted. */
class Line {
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set();
  #isShut = false;
  #swallows = false;
  #listener;

  /** @param {number} target */
  constructor(target) {
    this.#listener = createServer((near) => this.#join(near, target));
  }

  /** @param {number} target  port of the server */
  static async start(target) {
    const line = new Line(target);
    await new Promise((resolve) => line.#listener.listen(0, '127.0.0.1', () => resolve(null)));
    return line;
  }

  get port() {
    return /** @type {import('node:net').AddressInfo} */ (this.#listener.address()).port;
  }

  /** Resets every connection. */
  cut() {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Resets every connection, and those that are tried, until open(). */
  shut() {
    this.#isShut = true;
    this.cut();
  }

  /** Keeps every connection and lets nothing through, until open(); those from before never recover. */
  swallow() {
    this.#swallows = true;
  }

  open() {
    this.#isShut = this.#swallows = false;
  }

  close() {
    this.#listener.close();
    this.cut();
  }

  /** @param {import('node:net').Socket} near @param {number} target */
  #join(near, target) {
    if (this.#isShut) return near.resetAndDestroy();
    const far = connect(target, '127.0.0.1');
    this.#forward(near, far);
    this.#forward(far, near);
    return undefined;
  }

  /** @param {import('node:net').Socket} from @param {import('node:net').Socket} to */
  #forward(from, to) {
    let lost = this.#swallows;
    this.#sockets.add(from);
    from.on('data', (chunk) => {
      lost ||= this.#swallows;
      if (!lost) to.write(chunk);
    });
    from.on('error', () => {});
    from.on('end', () => lost || to.end());
    from.on('close', () => {
      this.#sockets.delete(from);
      if (!lost) to.resetAndDestroy();
    });
  }
}

// Two call each other and hang up, at random and without a pause for breath, so
// that the end of one call meets the beginning of the next. CALLS=1000 makes it
// a longer run, and SEED=N makes the choices of another one.
import { stage } from './fixture/stage.js';
import { eventually, pause } from './fixture/wait.js';

/** @typedef {import('puppeteer-core').Page} Page */

const CALLS = Number(process.env.CALLS ?? 20);
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
/** Two calls are at most so far apart, in ms: what is left of the one before lives for about as long. */
const LONGEST_PAUSE = 1_300;

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' }, timeout: 60_000 + CALLS * 3_000 });

scenario(`called again and again, each call comes about (SEED=${SEED})`, async (scene) => {
  const ana = (await scene.visitor('firefox')).page;
  const bob = (await scene.visitor('chromium')).page;
  await logIn(ana, 'Ana');
  await logIn(bob, 'Bob');
  await Promise.all([ana, bob].map((page) => eventually('they see one another', () => page.evaluate('others() > 0'))));
  const random = randomFrom(SEED);
  for (let call = 1; call <= CALLS; call++) {
    await pause(random() * LONGEST_PAUSE);
    const [one, other] = random() < 0.5 ? [ana, bob] : [bob, ana];
    await Promise.all((random() < 0.5 ? [ana, bob] : [one]).map((page) => page.evaluate('call()')));
    await Promise.all([ana, bob].map((page) =>
      eventually(`call ${call} is open`, () => page.evaluate('state() === "open"'))));
    await (random() < 0.5 ? one : other).evaluate('hangUp()');
    await Promise.all([ana, bob].map((page) =>
      eventually(`call ${call} is over`, () => page.evaluate('state() === undefined'))));
  }
});

/**
 * Logs in by the library, in a room of its own, with an answer to calls that takes a moment.
 * @param {Page} page
 * @param {string} name
 */
function logIn(page, name) {
  return page.evaluate(async (name) => {
    // @ts-expect-error: the page's address of it
    const { Peers, Signaling } = await import('/lib/beckon.js');
    const signaling = new Signaling();
    const peers = new Peers(signaling, { accept: async () => true });
    const other = name === 'Ana' ? 'Bob' : 'Ana';
    Object.assign(window, {
      others: () => signaling.users.size,
      call: () => void peers.connect(other),
      state: () => peers.get(other)?.state,
      hangUp() {
        peers.get(other).send('bye');
        peers.get(other).close();
      },
    });
    await signaling.login({ name, room: 'again and again' });
  }, name);
}

/**
 * Numbers from 0 to 1 that are the same for the same seed (mulberry32).
 * @param {number} seed
 */
function randomFrom(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

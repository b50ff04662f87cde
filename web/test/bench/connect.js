/** From Connect to an open data channel, in two tabs of one browser, without ICE servers. */
import { pause } from '../e2e/fixture/wait.js';
import { inTurns } from './figures.js';
import { Tabs } from './tabs.js';

/** @typedef {import('./place.js').Kind} Kind */

/** After hanging up, one side or the other still has things to put away for so long, in ms. */
const REST = 700;
/** Longer, and an application would be ready for the next call: our library makes a connection ahead. In ms. */
const PAUSE = 2_500;

/**
 * @param {import('./place.js').Place} place
 * @param {{rounds: number, warmup: number, far: boolean, first: boolean}} options
 *   far: with a delay between pages and servers; first: the first call of two new tabs, each time
 */
export async function measureConnect(place, { rounds, warmup, far, first }) {
  if (first) return inTurns({ beckon: () => firstCall(place, 'beckon', far), peerjs: () => firstCall(place, 'peerjs', far) }, { rounds, warmup });
  const beckon = await Tabs.open(place, 'beckon', { far });
  const peerjs = await Tabs.open(place, 'peerjs', { far });
  try {
    return await inTurns({ beckon: () => anotherCall(beckon), peerjs: () => anotherCall(peerjs) }, { rounds, warmup });
  } finally {
    await beckon.close();
    await peerjs.close();
  }
}

/** @param {import('./place.js').Place} place @param {Kind} kind @param {boolean} far */
async function firstCall(place, kind, far) {
  const tabs = await Tabs.open(place, kind, { far });
  try {
    await pause(REST);
    return { ms: await tabs.connect() };
  } finally {
    await tabs.close();
  }
}

/** @param {Tabs} tabs */
async function anotherCall(tabs) {
  const ms = await tabs.connect();
  await tabs.hangUp();
  await pause(PAUSE);
  return { ms };
}

/** How fast a file goes, and what it takes in memory: ours, PeerJS's, and with nothing around the channel. */
import { inTurns } from './figures.js';
import { Tabs } from './tabs.js';

/**
 * By contender.
 *
 * @param {import('./place.js').Place} place
 * @param {{rounds: number, warmup: number, size: number}} options size: in bytes
 */
export async function measureFile(place, { rounds, warmup, size }) {
  const tabs = {
    beckon: await Tabs.open(place, 'beckon'),
    peerjs: await Tabs.open(place, 'peerjs'),
    'bare RTCDataChannel': await Tabs.open(place, 'bare'),
  };
  try {
    for (const pair of Object.values(tabs)) await pair.connect();
    const contenders = Object.fromEntries(Object.entries(tabs).map(([name, pair]) => [name, () => pair.file(size)]));
    return await inTurns(contenders, { rounds, warmup });
  } finally {
    for (const pair of Object.values(tabs)) await pair.close();
  }
}

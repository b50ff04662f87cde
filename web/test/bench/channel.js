/** How many messages per second go through one data channel: ours, PeerJS's, and one with nothing around it. */
import { inTurns } from './figures.js';
import { Tabs } from './tabs.js';

/** Sizes of messages in bytes, and how many make one measurement. */
export const loads = [
  { size: 1, count: 20_000 },
  { size: 100, count: 20_000 },
  { size: 1_024, count: 10_000 },
  { size: 16_000, count: 2_000 },
];

/**
 * Messages per second, by contender. (PeerJS cuts what is longer than 16,300 bytes into pieces.)
 *
 * @param {import('./place.js').Place} place
 * @param {{rounds: number, warmup: number, size: number, count: number}} options
 */
export async function measureChannel(place, { rounds, warmup, size, count }) {
  const tabs = {
    beckon: await Tabs.open(place, 'beckon'),
    'peerjs, raw': await Tabs.open(place, 'peerjs', { serialization: 'raw' }),
    'peerjs, default': await Tabs.open(place, 'peerjs'),
    'bare RTCDataChannel': await Tabs.open(place, 'bare'),
  };
  try {
    for (const pair of Object.values(tabs)) await pair.connect();
    const contenders = Object.fromEntries(Object.entries(tabs).map(([name, pair]) => [name, () => pair.pour(size, count)]));
    return await inTurns(contenders, { rounds, warmup });
  } finally {
    for (const pair of Object.values(tabs)) await pair.close();
  }
}

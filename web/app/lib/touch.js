// What an open connection tells of itself: by which way it goes, and whether there are signs of life.

import { watchRoute } from './path.js';
import { watchPulse } from './pulse.js';

/**
 * A silent connection is told of before ICE is sure of it; once ICE has something to say, that counts.
 *
 * @param {Pick<import('./attempt.js').Attempt, 'pc' | 'signal'>} attempt
 * @param {object} told
 * @param {(route: import('./path.js').Route) => void} told.route
 * @param {(alive: boolean) => void} told.pulse
 */
export function watchTouch({ pc, signal }, { route, pulse }) {
  watchRoute(pc, route, signal);
  watchPulse(pc, (alive) => {
    if (pc.connectionState === 'connected') pulse(alive);
  }, signal);
}

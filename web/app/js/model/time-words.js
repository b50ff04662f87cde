/** Points in time, put into the words that the page shows. */

import { words } from '../words/index.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * How long ago, for people: 'just now', '5 minutes ago', 'yesterday'.
 *
 * @param {number} then ms since the epoch
 * @param {number} now likewise
 * @param {Intl.RelativeTimeFormat} format
 */
export function relativeTime(then, now, format) {
  const age = Math.max(0, now - then);
  if (age < 45_000) return words.time.justNow;
  if (age < HOUR - MINUTE / 2) return format.format(-Math.round(age / MINUTE), 'minute');
  if (age < DAY - HOUR / 2) return format.format(-Math.round(age / HOUR), 'hour');
  return format.format(-Math.round(age / DAY), 'day');
}

/**
 * When, in few letters: the time of day, or on another day the date.
 *
 * @param {number} then ms since the epoch
 * @param {number} now likewise
 * @param {{time: Intl.DateTimeFormat, date: Intl.DateTimeFormat}} formats
 */
export function shortTime(then, now, { time, date }) {
  const today = new Date(then).toDateString() === new Date(now).toDateString();
  return (today ? time : date).format(then);
}

/**
 * How long until then: 'in 7 seconds', 'in a moment'.
 *
 * @param {number} then ms since the epoch
 * @param {number} now likewise
 */
export function countdown(then, now) {
  const seconds = Math.ceil((then - now) / 1000);
  return seconds <= 0 ? words.time.inAMoment : words.time.inSeconds(seconds);
}

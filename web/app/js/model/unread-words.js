/** Messages that came in conversations that are not in view, in words. */

import { words } from '../words/index.js';

/**
 * @param {ReadonlyMap<string, number>} counts new messages by name of who wrote them
 * @returns {string} such as 'New message from Ana.'; '' if there is none
 */
export function unreadWords(counts) {
  const [[name, count] = ['', 0], ...others] = counts;
  if (count === 0) return '';
  if (others.length === 0) return words.announcement.unreadFrom(name, count);
  const sum = others.reduce((all, [, more]) => all + more, count);
  return words.announcement.unreadFromSeveral(name, others.length, sum);
}

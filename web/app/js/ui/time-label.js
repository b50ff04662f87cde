/** Times shown as 'just now' or '5 minutes ago', kept true as they grow older. */

import { englishOf } from '../model/locale.js';
import { relativeTime } from '../model/time-words.js';
import { el } from './dom.js';

/** How often the words are brought up to date, ms. */
const REFRESH = 15_000;

/**
 * Makes `<time>` elements and refreshes those that are still in the page.
 *
 * @param {{signal: AbortSignal}} options ends the refreshing
 */
export function createTimeLabels({ signal }) {
  const locale = englishOf(navigator.languages);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' });
  /** @type {Map<Text, {at: number, element: HTMLElement}>} */
  const labels = new Map();

  const refresh = () => {
    const now = Date.now();
    for (const [words, { at, element }] of labels) {
      if (!element.isConnected) labels.delete(words);
      // Changing the text node's data, not the node: in a log that is no
      // addition, so it is not read out.
      else setData(words, relativeTime(at, now, relative));
    }
  };
  const timer = setInterval(refresh, REFRESH);
  signal.addEventListener('abort', () => clearInterval(timer));
  document.addEventListener('visibilitychange', refresh, { signal });

  return {
    /** @param {number} at ms since the epoch */
    label(at) {
      const words = document.createTextNode(relativeTime(at, Date.now(), relative));
      const date = new Date(at);
      const element = el('time', {
        class: 'message-time', datetime: date.toISOString(), title: exact.format(date), 'aria-live': 'off',
      }, words);
      labels.set(words, { at, element });
      return element;
    },
  };
}

/**
 * @param {Text} node
 * @param {string} text
 */
function setData(node, text) {
  if (node.data !== text) node.data = text;
}

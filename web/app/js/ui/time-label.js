/** Times shown as 'just now' or '5 minutes ago', kept true as they grow older. */

import { englishOf } from '../model/locale.js';
import { relativeTime } from '../model/time-words.js';
import { el } from './dom.js';

/** How often the words are brought up to date, ms. */
const REFRESH = 15_000;

/** @typedef {{at: number, element: HTMLElement, words: Text, text: string}} Label text: what we have said last */

/**
 * Makes `<time>` elements and refreshes those that are still in the page.
 *
 * @param {{signal: AbortSignal}} options ends the refreshing
 */
export function createTimeLabels({ signal }) {
  const locale = englishOf(navigator.languages);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' });
  /** @type {Set<Label>} */
  const labels = new Set();

  const refresh = () => {
    const now = Date.now();
    for (const label of labels) {
      if (!label.element.isConnected) labels.delete(label);
      else say(label, relativeTime(label.at, now, relative));
    }
  };
  const timer = setInterval(refresh, REFRESH);
  signal.addEventListener('abort', () => clearInterval(timer));
  document.addEventListener('visibilitychange', refresh, { signal });

  return {
    /** @param {number} at ms since the epoch */
    label(at) {
      const text = relativeTime(at, Date.now(), relative);
      const words = document.createTextNode(text);
      const date = new Date(at);
      const element = el('time', {
        class: 'message-time', datetime: date.toISOString(), title: exact.format(date), 'aria-live': 'off',
      }, words);
      labels.add({ at, element, words, text });
      return element;
    },
  };
}

/**
 * @param {Label} label
 * @param {string} text
 */
function say(label, text) {
  const { element, words } = label;
  if (label.text === text) return; // what the browser has translated stays so
  label.text = text;
  // Changing the text node's data, not the node: in a log that is no addition,
  // so it is not read out. A translation has put others in its place.
  words.data = text;
  if (words.parentNode !== element) element.replaceChildren(words);
}

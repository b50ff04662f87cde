/** Says things to screen readers that are not on the screen, or not in a live region. */

import { el } from './dom.js';

/** How long the words stay in the page, where one may come upon them later, ms. */
const LINGER = 5_000;

/**
 * @param {HTMLElement} root
 * @returns {(text: string) => void} reads the text out when the reader is next idle
 */
export function mountAnnouncer(root) {
  const region = el('p', { class: 'visually-hidden', role: 'status' });
  root.append(region);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let fading;
  return (text) => {
    // A new node even for the same words, so that they are read again.
    region.replaceChildren(text);
    clearTimeout(fading);
    fading = setTimeout(() => region.replaceChildren(), LINGER);
  };
}

/** Parts of the page, of which one may fail without taking the others with it. */

import { words } from '../words/index.js';
import { el } from './dom.js';

/**
 * Mounts a part of the page. If that fails, the error is reported as any other, and words stand in the part's place.
 *
 * @template T
 * @param {HTMLElement} root of the part
 * @param {() => T} mount
 * @returns {T | null} null: it failed
 */
export function mountPart(root, mount) {
  try {
    return mount();
  } catch (error) {
    reportError(error);
    root.append(el('p', { class: 'part-failed', role: 'alert' }, words.part.failed));
    return null;
  }
}

/** The few drawings of the page, as inline SVG. All are decoration: hidden from screen readers. */

import { avatarOf } from '../model/avatar.js';
import { setAttribute, setText, svg } from './dom.js';

/**
 * The mark: here, there, and the way between. index.html has it too.
 * @param {string} className
 */
export function markIcon(className) {
  return svg('svg', { class: className, viewBox: '0 0 48 48', 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { class: 'mark-way', d: 'M8 40C36 40 12 8 40 8' }),
    svg('circle', { class: 'mark-here', cx: 8, cy: 40, r: 7 }),
    svg('circle', { class: 'mark-there', cx: 40, cy: 8, r: 7 }));
}

export function backIcon() {
  return strokes('M15 5l-7 7 7 7');
}

export function sendIcon() {
  return strokes('M12 19V5M5 12l7-7 7 7');
}

export function downIcon() {
  return strokes('M12 5v14M5 12l7 7 7-7');
}

export function unfoldIcon() {
  return strokes('M6 9l6 6 6-6');
}

export function closeIcon() {
  return strokes('M6 6l12 12M18 6L6 18');
}

export function settingsIcon() {
  return strokes('M4 8h9M17 8h3M13 8a2 2 0 1 0 4 0a2 2 0 1 0-4 0M4 16h3M11 16h9M7 16a2 2 0 1 0 4 0a2 2 0 1 0-4 0');
}

/** @param {string} d */
function strokes(d) {
  return svg('svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d }));
}

/** Copied for each person: in a large room, building it anew would take most of the time of a row. */
const avatar = svg('svg', { class: 'avatar', translate: 'no', viewBox: '0 0 40 40', 'aria-hidden': 'true', focusable: 'false' },
  svg('circle', { class: 'avatar-ground', cx: 20, cy: 20, r: 20 }),
  svg('path', { class: 'avatar-shape', d: 'M20 0a20 20 0 0 1 0 40a10 10 0 0 1 0-20a10 10 0 0 0 0-20z' }),
  svg('text', { class: 'avatar-initials', x: 20, y: 20, dy: '0.36em', 'text-anchor': 'middle' }));

/**
 * The picture of a person, drawn from the name alone.
 * @param {string} name
 */
export function avatarIcon(name) {
  const { initials, hue, turn } = avatarOf(name);
  const picture = /** @type {SVGElement} */ (avatar.cloneNode(true));
  const [, shape, letters] = picture.children;
  setAttribute(shape, 'transform', `rotate(${turn} 20 20)`);
  setText(letters, initials);
  picture.style.setProperty('--hue', String(hue));
  return picture;
}

/** What a person's picture is drawn from: nothing but their name. */

/**
 * @typedef {object} Avatar
 * @property {string} initials one or two graphemes
 * @property {number} hue      0 to 359
 * @property {number} turn     degrees by which the pattern is turned, 0 to 359
 */

// To the server, names that differ only in these are one name.
const INVISIBLE = /[\u200c\u200d\ufe0f\u{e0020}-\u{e007f}]/gu;

/**
 * The same name gives the same picture on every screen, whatever its case.
 *
 * @param {string} name
 * @returns {Avatar}
 */
export function avatarOf(name) {
  const hash = hashOf(name.replace(INVISIBLE, '').normalize('NFKC').toLowerCase());
  return { initials: initialsOf(name), hue: hash % 360, turn: (hash >>> 16) % 360 };
}

/**
 * The first letters of the first and the last word; a sign that is no letter
 * fills the picture alone.
 * @param {string} name
 */
function initialsOf(name) {
  const words = name.trim().split(/\s+/);
  const first = firstGrapheme(words[0]);
  if (words.length === 1 || !/^[\p{L}\p{N}]/u.test(first)) return first.toUpperCase();
  return (first + firstGrapheme(words[words.length - 1])).toUpperCase();
}

/** Browsers have learned this late (Firefox 125). */
const graphemes = 'Segmenter' in Intl ? new Intl.Segmenter('en', { granularity: 'grapheme' }) : null;

/**
 * A flag or a family emoji is many code points and one picture.
 * @param {string} word
 */
function firstGrapheme(word) {
  if (!graphemes) return Array.from(word)[0] ?? '';
  const [first] = graphemes.segment(word);
  return first?.segment ?? '';
}

/**
 * FNV-1a over UTF-16 code units, then MurmurHash3's finalizer: without it names
 * that differ in their last letter only would look alike.
 * @param {string} text
 */
function hashOf(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

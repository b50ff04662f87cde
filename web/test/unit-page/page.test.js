// What can be said about the page by reading it: that it loads nothing foreign,
// that it fits its Content-Security-Policy, that its colors can be read.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { test } from 'node:test';
import { words } from '../../app/js/words/index.js';

const APP = new URL('../../app/', import.meta.url);
const read = (/** @type {string} */ file) => readFileSync(new URL(file, APP), 'utf8');
const html = read('index.html');
const listed = (/** @type {RegExp} */ pattern) => Array.from(html.matchAll(pattern), (match) => match[1]);

function filesUnder(/** @type {string} */ folder) {
  return readdirSync(new URL(`${folder}/`, APP), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`]);
}

const STATIC = /\bfrom '([^']+)'|\bimport\s*'([^']+)'/g;
const ANY = /\bfrom '([^']+)'|\bimport\s*\(?'([^']+)'/g;

function importsOf(/** @type {string} */ file, kind = ANY) {
  const code = read(file).replace(/\/\*[^]*?\*\//g, '');
  return Array.from(code.matchAll(kind), ([, a, b]) => posix.join(posix.dirname(file), a ?? b));
}

function graphFrom(/** @type {string} */ entry, kind = ANY) {
  const seen = new Set([entry]);
  for (const file of seen) for (const next of importsOf(file, kind)) seen.add(next);
  return seen;
}

test('all that is imported at once is preloaded, and nothing else', () => {
  const graph = graphFrom('js/main.js', STATIC);
  graph.delete('js/main.js');
  assert.deepEqual(listed(/<link rel="modulepreload" href="([^"]+)">/g).sort(), [...graph].sort());
});

test('every module of the page is used', () => {
  const graph = graphFrom('js/main.js');
  assert.deepEqual(filesUnder('js').filter((file) => !graph.has(file)), []);
});

test('the page uses only the public face of the library', () => {
  for (const file of filesUnder('js')) {
    for (const target of importsOf(file)) {
      if (target.startsWith('lib/')) assert.match(target, /^lib\/(beckon|check)\.js$/, file);
    }
  }
});

test('models know no document and no view', () => {
  for (const file of filesUnder('js/model')) {
    assert.doesNotMatch(read(file), /\b(document|window|localStorage)\./, file);
    for (const target of importsOf(file)) assert.match(target, /^js\/(model\/|words\/index\.js$)/, file);
  }
});

test('what the page says before its modules are there is what they say next', () => {
  assert.deepEqual(listed(/<title>([^<]*)</g), [words.title.plain]);
  assert.deepEqual(listed(/<p>([^<]*)</g), [words.loader.connecting]);
});

test('all addresses are relative, and what the page links is there', () => {
  const links = listed(/\b(?:href|src)="([^"]+)"/g);
  assert.ok(links.length > 10);
  for (const link of links) {
    assert.doesNotMatch(link, /^(\/|[a-z]+:)/, link);
    assert.ok(read(link));
  }
  const styles = filesUnder('css').sort();
  assert.deepEqual(listed(/<link rel="stylesheet" href="([^"]+)">/g).sort(), styles);
  for (const file of styles) assert.doesNotMatch(read(file), /url\(|@import/, file);
});

test('nothing inline, no markup from strings', () => {
  assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=/i);
  assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)/i);
  for (const file of filesUnder('js')) {
    assert.doesNotMatch(read(file), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function|setAttribute\('style'/, file);
  }
});

/** @returns {Map<string, string>} the custom properties of one `:root` block */
function tokens(/** @type {string} */ block) {
  return new Map(Array.from(block.matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g), ([, name, color]) => [name, color]));
}

function luminance(/** @type {string} */ color) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(/** @type {string} */ one, /** @type {string} */ other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const [, light, dark] = read('css/base.css').split(/:root \{/);
const grounds = ['ground', 'surface', 'raised', 'accent-soft'];
const pairs = [
  ...['ink', 'muted', 'good', 'busy', 'bad'].flatMap((text) => grounds.map((ground) => [text, ground, 4.5])),
  ...['bad-soft', 'busy-soft'].flatMap((ground) => [['ink', ground, 4.5], ['edge', ground, 3]]),
  ...['surface', 'accent-soft', 'ground'].map((ground) => ['accent', ground, 4.5]), // links
  ['on-accent', 'accent', 4.5], ['on-accent', 'accent-hover', 4.5], ['on-signal', 'signal', 4.5],
  ['edge', 'surface', 3], ['edge', 'ground', 3],
];

for (const [scheme, block] of [['light', light], ['dark', dark]]) {
  test(`text and controls can be told from their ground (${scheme})`, () => {
    const colors = tokens(block);
    for (const [front, back, least] of pairs) {
      const ratio = contrast(colors.get(front), colors.get(back));
      assert.ok(ratio >= least, `--${front} on --${back}: ${ratio.toFixed(2)}, not ${least}`);
    }
  });
}

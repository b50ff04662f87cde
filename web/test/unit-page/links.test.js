// What of a text can be clicked: never more than seems to be, and at no cost that a writer could drive up.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkParts, MAX_LINKS } from '../../app/js/model/links.js';
import { MAX_TEXT_SHOWN } from '../../app/js/model/message.js';

/** The text with its links in angle brackets, which are never part of one. */
const marked = (/** @type {string} */ text) => linkParts(text).map((part) => (part.href ? `<${part.text}>` : part.text)).join('');

const hrefs = (/** @type {string} */ text) => linkParts(text).map(({ href }) => href).filter(Boolean);

for (const expected of [
  '',
  'no link at all: http, https, mailto',
  '<https://example.org>',
  'see <https://example.org/a?b=c#d> or javascript:alert(1)',
  '<https://example.org:8443/a/>, <https://example.org?q>\n<https://example.org/#f>',
  '<HTTPS://Example.org/Path>',
  'Links:<https://a.example>, <mailto:ana@a.example>; <https://b.example/>',
  '<mailto:ana.b+c@example.org?subject=Hello%20you>',
  // The end of a sentence is not the end of a link.
  'Is it <https://example.org/a.b>? <https://example.org/c>… <https://example.org/d>!?',
  '“<https://example.org/a>”, «<https://example.org/b>», \'<https://example.org/c>\', `<https://example.org/d>`, "<https://example.org/e>"',
  '(see <https://example.org/a>).',
  '(<https://example.org/Foo_(bar)>), [<https://example.org/[x]>], {<https://example.org/>}',
  '<https://example.org/>(x and <https://example.org/y>)z and <https://example.org/>(a]b)',
  '<https://example.org/a>)b(c',
  '请看<https://example.org/中文>。谢谢（<https://example.org/（甲）>）',
  // Only these two kinds.
  'http://example.org javascript://example.org/%0aalert(1) data:text/html,x ftp://example.org file:///etc/passwd',
  'www.example.org ana@example.org //example.org https:/example.org https:example.org https:///example.org https://',
  'xhttps://example.org 1https://example.org _mailto:a@example.org',
  // It leads where it seems to.
  'https://bank.example@evil.example https://@evil.example https://bank.example:443@evil.example/ https://a:b@evil.example',
  'https://bank.example\\@evil.example https:\\\\evil.example https://bank.example／evil https://bank.example∕evil https://bank.example⁄evil',
  'https://bank.example%2fevil.example https://%65vil.example https://bank.example;evil.example https://a.example,https://b.example',
  '<https://example.org/a@b>',
  'mailto:evil@bank@example.org mailto:ana mailto:@example.org mailto:?to=a@example.org mailto:a@example.org,b@example.org',
  'https://example.org:99999 https://1.2.3.4.5 https://[ https://. https://xn--a.example',
  '<https://example.org/a>\u202egro.knab <https://example.org/b>\u200b<https://example.org/c>\u0007',
]) {
  test(`links in ${JSON.stringify(expected)}`, () => assert.equal(marked(expected.replace(/[<>]/g, '')), expected));
}

test('the text stays as written, the address is what the browser makes of it', () => {
  const text = 'https://BÜCHER.example/ä ä?q="x" https://аpple.example mailto:ä@example.org';
  assert.deepEqual(linkParts(text).map((part) => part.text).join(''), text);
  assert.deepEqual(hrefs(text), ['https://xn--bcher-kva.example/%C3%A4', 'https://xn--pple-43d.example/', 'mailto:%C3%A4@example.org']);
});

test('a text has so many links and no more', () => {
  const parts = linkParts('https://a.example '.repeat(MAX_LINKS + 50));
  assert.equal(parts.filter(({ href }) => href).length, MAX_LINKS);
  assert.equal(parts.length, 2 * MAX_LINKS);
  assert.equal(parts.at(-1)?.text, ` ${'https://a.example '.repeat(50)}`);
});

/** @param {number} seed @returns {(n: number) => number} the next number below n */
function generator(seed) {
  return (n) => (seed = (seed * 48_271) % 2_147_483_647) % n;
}

const PIECES = [
  'https://', 'HTTPS://', 'mailto:', 'http://', 'javascript:', 'a', 'example.org', '.', '/', '//', '\\', '@', ':', ':80', '?', '#', '%2f', '(', ')', '[', ']',
  '{', '}', ' ', '\n', '\t', '\0', ',', '…', '"', '\'', '<', '>', '”', '（', '）', '。', 'ä', 'е', '\u202e', '\u200b', '\u200d', '😀', '\ud83d', '\ude00', '∕',
];

test('whatever is in a text, all of it stays, and links are what they seem', () => {
  const random = generator(7);
  let links = 0;
  for (let round = 0; round < 20_000; round++) {
    let text = round % 2 ? '' : 'https://';
    for (let pieces = random(14); pieces >= 0; pieces--) text += PIECES[random(PIECES.length)];
    const parts = linkParts(text);
    assert.equal(parts.map((part) => part.text).join(''), text);
    for (const { text: said, href } of parts) {
      if (!href) continue;
      links++;
      const { protocol, username, password, host } = new URL(href);
      assert.match(protocol, /^(https|mailto):$/, text);
      assert.equal(username + password, '', text);
      assert.equal(said.slice(0, protocol.length).toLowerCase(), protocol, text);
      if (protocol === 'https:') assert.equal(new URL(`https://${/^[^/?#]*/.exec(said.slice(8))?.[0]}`).host, host, text);
      assert.doesNotMatch(said, /[\s<>"`\0\u202e\u200b]|[.,:;!?'…”]$/u, text);
      assert.deepEqual(linkParts(said), [{ text: said, href }], 'alone it is the same link');
    }
  }
  assert.ok(links > 1_000, `${links}`);
});

for (const piece of [
  'https://', 'mailto:', 'https://a', 'https://a ', 'https://a.example/', 'mailto:a', 'mailto:a@', 'https://a.example/(', 'https://a.example/)', '(', ')',
  '.', '…', '!', 'a', ' ', ':1', '@', '\\', '\u200d', 'https:', 'https:/', '(]', 'ä.', '\ud83d',
]) {
  test(`the longest text there is, of ${JSON.stringify(piece)}, takes no long time`, () => {
    for (const start of ['', 'https://', 'https://a.example/', 'mailto:', 'mailto:a@b']) {
      const text = start + piece.repeat(MAX_TEXT_SHOWN / piece.length);
      const began = performance.now();
      linkParts(`${text}\\`);
      const took = performance.now() - began;
      assert.ok(took < 1_000, `${start}: ${took} ms; in proportion to the square of its length it would be many seconds`);
    }
  });
}

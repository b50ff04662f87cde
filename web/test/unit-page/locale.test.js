import assert from 'node:assert/strict';
import { test } from 'node:test';
import { avatarOf } from '../../app/js/model/avatar.js';
import { englishOf } from '../../app/js/model/locale.js';

for (const [languages, expected] of [
  [['de-DE', 'en-GB', 'en-US'], 'en-GB'],
  [['en-US@posix'], 'en-US'],
  [['C', 'POSIX', 'en_GB.UTF-8', 'en-AU'], 'en-AU'],
  [['en-x'], 'en'],
  [['en-'], 'en'],
  [['english'], 'en'],
  [['fr'], 'en'],
  [[], 'en'],
  [[null, 7, {}, 'en'], 'en'],
  [undefined, 'en'],
]) {
  test(`the language of ${JSON.stringify(languages)} is ${expected}, which Intl takes`, () => {
    const locale = englishOf(languages);
    assert.equal(locale, expected);
    assert.ok(new Intl.RelativeTimeFormat(locale));
    assert.ok(new Intl.DateTimeFormat(locale));
  });
}

test('a browser without Intl.Segmenter has pictures all the same', async (t) => {
  const { Segmenter } = Intl;
  t.after(() => Object.assign(Intl, { Segmenter }));
  delete Intl.Segmenter;
  const { avatarOf: avatarThere } = await import('../../app/js/model/avatar.js?without-segmenter');
  assert.deepEqual(avatarThere('Ana Maria'), avatarOf('Ana Maria'));
  assert.equal(avatarThere('🦊 Fox').initials, '🦊');
});

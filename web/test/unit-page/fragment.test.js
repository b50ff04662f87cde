// A token in the address: #token=…
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeToken } from '../../app/js/model/fragment.js';

/** A window of which as much is there as is touched. */
function windowAt(href) {
  const page = {
    location: { href },
    history: {
      state: { pane: 'people' },
      replaced: [],
      replaceState(state, _, url) {
        this.replaced.push(state);
        page.location.href = String(url);
      },
    },
  };
  return page;
}

for (const [before, token, after] of [
  ['https://a.test/#token=e.y.J', 'e.y.J', 'https://a.test/'],
  ['https://a.test/chat/?room=tea#token=e.y-_J', 'e.y-_J', 'https://a.test/chat/?room=tea'],
  ['https://a.test/#x=1&token=abc&y=2', 'abc', 'https://a.test/#x=1&y=2'],
  ['https://a.test//evil.test/#token=abc', 'abc', 'https://a.test//evil.test/'],
  ['https://a.test/#token=a%2Bb', 'a+b', 'https://a.test/'],
  ['https://a.test/#token=', '', 'https://a.test/'],
  ['https://a.test/#token=one&token=two', 'one', 'https://a.test/'],
]) {
  test(`${before}: the token is taken, and gone from the address`, () => {
    const page = windowAt(before);
    assert.equal(takeToken(page), token);
    assert.equal(page.location.href, after);
    assert.deepEqual(page.history.replaced, [{ pane: 'people' }], 'what others keep in the history stays');
  });
}

for (const href of ['https://a.test/', 'https://a.test/#', 'https://a.test/?token=abc', 'https://a.test/#main', 'https://a.test/#tokens=1', 'https://a.test/#%']) {
  test(`${href}: no token, and the address stays as it is`, () => {
    const page = windowAt(href);
    assert.equal(takeToken(page), '');
    assert.deepEqual([page.location.href, page.history.replaced.length], [href, 0]);
  });
}

test('a browser that lets nobody change the address gives the token all the same', () => {
  const page = windowAt('https://a.test/#token=abc');
  page.history.replaceState = () => { throw new DOMException('too often', 'SecurityError'); };
  assert.equal(takeToken(page), 'abc');
});

// Finding somebody in a long list.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { named } from '../../app/js/model/name-search.js';
import { buildSearch } from '../../app/js/ui/people-search.js';
import { useDocument } from './fakes/document.js';

const people = (/** @type {string[]} */ names) => names.map((name) => ({ key: name, name, online: true, conversation: null }));
const found = (/** @type {string} */ typed, /** @type {string[]} */ ...names) => named(people(names), typed).map(({ name }) => name);

for (const [typed, ...names] of [
  ['an', 'Ana', 'Joanna', 'ANDRÉ'],
  ['andre', 'André', 'Andre\u0301', 'ANDRÉ'],
  ['ANDRÉ', 'andre'],
  ['strasse', 'Straße'],
  ['straße', 'STRASSE'],
  ['ησ', 'Γιάννης', 'ΗΣΑΪΑΣ'],
  ['istanbul', 'İstanbul', 'ıstanbul'],
  [' ana  maria ', 'Ana Maria'],
  ['ﬁ', 'Fiona'],
  ['ana', 'Ａｎａ'],
]) {
  test(`${JSON.stringify(typed)} finds ${names}`, () => assert.deepEqual(found(typed, 'Bob', ...names), names));
}

test('who looks for nothing finds everybody', () => {
  for (const typed of ['', '  ', '\u0301']) assert.deepEqual(found(typed, 'Ana', 'Bob'), ['Ana', 'Bob']);
});

function setUp(t) {
  const document = useDocument(t);
  const told = { times: 0 };
  const { element, filter } = buildSearch(() => { told.times++; }, new AbortController().signal);
  const [field, none] = element.children;
  const many = (/** @type {number} */ count) => people(Array.from({ length: count }, (_, i) => `Guest ${i}`));
  const type = (/** @type {string} */ text) => {
    field.value = text;
    field.dispatchEvent(new Event('input'));
  };
  const press = (/** @type {string} */ key, properties = {}) => {
    const event = Object.assign(new Event('keydown', { cancelable: true }), { key, isComposing: false, ...properties });
    field.dispatchEvent(event);
    return event;
  };
  return { document, told, field, none, many, filter, type, press };
}

test('there is a field from ten people on', (t) => {
  const { field, filter, many } = setUp(t);
  const shownFor = (/** @type {number} */ count) => {
    assert.equal(filter(many(count)).length, count);
    return !field.hidden;
  };
  assert.deepEqual([0, 9, 10, 11, 10, 9].map(shownFor), [false, false, true, true, true, false]);
});

test('with a text in it, or the focus, it stays when people go', (t) => {
  const { document, field, filter, many, type, told } = setUp(t);
  filter(many(12));
  type('guest 1');
  assert.equal(told.times, 1);
  assert.deepEqual(filter(many(12)).map(({ name }) => name), ['Guest 1', 'Guest 10', 'Guest 11']);
  assert.deepEqual(filter(many(3)).map(({ name }) => name), ['Guest 1']);
  assert.equal(field.hidden, false);
  document.activeElement = field;
  type('');
  filter(many(3));
  assert.equal(field.hidden, false);
  document.activeElement = null;
  field.dispatchEvent(new Event('blur'));
  assert.equal(told.times, 3);
  filter(many(3));
  assert.equal(field.hidden, true);
});

test('it says when there is nobody of that name, but not in an empty room', (t) => {
  const { none, filter, many, type } = setUp(t);
  type('Zoë');
  assert.deepEqual(filter(many(12)), []);
  assert.match(none.textContent, /^Nobody here/);
  filter([]);
  assert.equal(none.textContent, '');
  type('guest');
  filter(many(12));
  assert.equal(none.textContent, '');
});

test('Escape empties it, and means nothing else until then', (t) => {
  const { field, told, type, press } = setUp(t);
  assert.equal(press('Escape').defaultPrevented, false);
  type('Ana');
  press('Escape', { isComposing: true });
  press('a');
  assert.deepEqual([field.value, told.times], ['Ana', 1]);
  assert.equal(press('Escape').defaultPrevented, true);
  assert.deepEqual([field.value, told.times], ['', 2]);
});

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { CertificateMemory } from '../../app/js/model/certificate-memory.js';

/** As much of IndexedDB as is used: one database, whose requests are answered in later turns. */
class FakeDatabase {
  entries = new Map();
  made = false;
  silent = false;

  open() {
    const store = {
      get: (key) => this.#request(() => this.entries.get(key)),
      put: (value, key) => this.#request(() => this.entries.set(key, value)),
      openCursor: () => this.#cursor(),
    };
    const transaction = Object.assign(new EventTarget(), { objectStore: () => store });
    const database = { transaction: () => transaction, createObjectStore: () => { this.made = true; }, close() {} };
    return this.#request(() => database, (request) => this.made || request.dispatchEvent(new Event('upgradeneeded')));
  }

  #cursor() {
    const keys = [...this.entries.keys()];
    const request = this.#request(() => at(0));
    const at = (i) => i < keys.length ? {
      value: this.entries.get(keys[i]),
      delete: () => this.entries.delete(keys[i]),
      continue: () => setImmediate(() => {
        request.result = at(i + 1);
        request.onsuccess();
      }),
    } : null;
    return request;
  }

  #request(result, before = () => {}) {
    const request = Object.assign(new EventTarget(), { result: undefined, onsuccess: () => {}, onerror: () => {} });
    if (!this.silent) setImmediate(() => {
      request.result = result();
      before(request);
      request.onsuccess();
    });
    return request;
  }
}

let database;
let items;
let made;

beforeEach(() => {
  [database, items, made] = [new FakeDatabase(), new Map(), 0];
});

const tab = (more = {}) => new CertificateMemory({
  storage: () => ({ getItem: (key) => items.get(key) ?? null, setItem: (key, value) => items.set(key, value) }),
  database: () => database,
  make: async () => ({ number: ++made, expires: Date.now() + 1e9 }),
  ...more,
});
const settled = async () => {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => { setImmediate(resolve); });
};

test('a reloaded page has the certificate of the one before, another tab has its own', async () => {
  const first = await tab().load();
  await settled();
  assert.equal(await tab().load(), first);
  items.clear();
  assert.notEqual(await tab().load(), first);
});

test('a new one is kept in place of the old', async () => {
  await tab().load();
  await settled();
  const second = await tab().renew();
  await settled();
  assert.equal(await tab().load(), second);
  assert.equal(database.entries.size, 1);
});

test('an expired one is not used, and those of closed tabs are not kept for ever', async () => {
  const first = await tab().load();
  await settled();
  first.expires = Date.now() - 1;
  items.clear();
  assert.notEqual(await tab().load(), first);
  await settled();
  assert.deepEqual(Array.from(database.entries.values(), ({ number }) => number), [2]);
});

test('where nothing can be kept there is a new one all the same', { timeout: 5000 }, async () => {
  const forbidden = () => { throw new DOMException('no', 'SecurityError'); };
  assert.equal((await tab({ storage: forbidden }).load()).number, 1);
  assert.equal((await tab({ database: forbidden }).load()).number, 2);
  database.silent = true;
  assert.equal((await tab().load()).number, 3);
  assert.equal(await tab({ make: async () => null }).renew(), null);
});

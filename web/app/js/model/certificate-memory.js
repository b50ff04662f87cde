/** Keeps the certificate of this tab while it is reloaded, so that others see who comes back and do not take them for somebody else. */

/** @import { newCertificate } from '../../lib/beckon.js' */

const TAB = 'beckon.tab';
const STORE = 'certificates';
/** Others may be waiting for an answer: without an answer from the storage for so long we go on without, in ms. */
const PATIENCE = 1_000;

/**
 * @typedef {object} CertificateMemoryDeps
 * @property {() => Pick<Storage, 'getItem' | 'setItem'>} storage of the tab; may throw
 * @property {() => IDBFactory} database may throw, and may be of no use, as in private windows
 * @property {typeof newCertificate} make
 */

/** Where nothing can be kept, each page has a new one. */
export class CertificateMemory {
  #deps;

  /** @param {CertificateMemoryDeps} deps */
  constructor(deps) {
    this.#deps = deps;
  }

  /** @returns {Promise<RTCCertificate | null>} the one that was kept, or else a new one; null where the browser makes none */
  async load() {
    const kept = await inTime(this.#kept()).catch(() => null);
    return kept && kept.expires > Date.now() ? kept : this.renew();
  }

  /** @returns {Promise<RTCCertificate | null>} a new one, in place of the one that was kept */
  async renew() {
    const certificate = await this.#deps.make();
    if (certificate) this.#keep(certificate).catch(() => {}); // others will not know us again
    return certificate;
  }

  /** @returns {Promise<RTCCertificate | undefined>} */
  async #kept() {
    const store = await this.#open('readonly');
    return done(store.get(this.#tab()));
  }

  /** @param {RTCCertificate} certificate */
  async #keep(certificate) {
    const store = await this.#open('readwrite');
    store.put(certificate, this.#tab());
    await this.#forgetExpired(store);
  }

  /**
   * Those of tabs that are long closed.
   * @param {IDBObjectStore} store
   */
  async #forgetExpired(store) {
    const request = store.openCursor();
    for (let cursor = await done(request); cursor; cursor = await done(request)) {
      if (!(cursor.value.expires > Date.now())) cursor.delete();
      cursor.continue();
    }
  }

  /** @param {IDBTransactionMode} mode */
  async #open(mode) {
    const request = this.#deps.database().open('beckon', 1);
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore(STORE));
    const database = await done(request);
    const transaction = database.transaction(STORE, mode);
    for (const end of ['complete', 'abort']) transaction.addEventListener(end, () => database.close());
    return transaction.objectStore(STORE);
  }

  /** A name for this tab, which a reload does not change. */
  #tab() {
    const storage = this.#deps.storage();
    const known = storage.getItem(TAB);
    if (known) return known;
    const fresh = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
    storage.setItem(TAB, fresh);
    return fresh;
  }
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * @template T
 * @param {Promise<T>} answer
 * @returns {Promise<T>}
 */
function inTime(answer) {
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error('no answer')), PATIENCE);
  });
  return Promise.race([answer, /** @type {Promise<never>} */ (late)]);
}

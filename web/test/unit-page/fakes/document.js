// As much of a document as a small view touches.

class FakeElement extends EventTarget {
  hidden = false;
  value = '';
  textContent = '';
  children = [];
  #attributes = new Map();

  getAttribute(name) { return this.#attributes.get(name) ?? null; }

  setAttribute(name, value) {
    this.#attributes.set(name, value);
    if (name === 'hidden') this.hidden = true;
  }

  append(...children) { this.children.push(...children); }
}

/** Puts one in place for as long as the test runs. */
export function useDocument(t) {
  const document = { activeElement: null, createElement: () => new FakeElement() };
  Object.assign(globalThis, { document });
  t.after(() => Reflect.deleteProperty(globalThis, 'document'));
  return document;
}

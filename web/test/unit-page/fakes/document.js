// As much of a document as a small view touches.

class FakeElement extends EventTarget {
  hidden = false;
  disabled = false;
  checked = false;
  open = false;
  value = '';
  dataset = {};
  childNodes = [];
  parent = null;
  style = { setProperty() {} };
  #attributes = new Map();

  constructor(document, tag) {
    super();
    this.document = document;
    this.tag = tag;
  }

  classList = {
    toggle: (name, on) => {
      const others = (this.getAttribute('class') ?? '').split(' ').filter((other) => other !== name);
      this.setAttribute('class', [...others, ...(on ? [name] : [])].join(' '));
    },
  };

  get children() { return this.childNodes.filter((node) => node instanceof FakeElement); }

  get textContent() {
    return this.childNodes.map((node) => (node instanceof FakeElement ? node.textContent : node)).join('');
  }

  set textContent(text) { this.childNodes = text ? [text] : []; }

  getAttribute(name) { return this.#attributes.get(name) ?? null; }

  setAttribute(name, value) {
    this.#attributes.set(name, value);
    if (name === 'hidden') this.hidden = true;
  }

  removeAttribute(name) { this.#attributes.delete(name); }

  append(...nodes) {
    for (const node of nodes) if (node instanceof FakeElement) node.parent = this;
    this.childNodes.push(...nodes);
  }

  remove() {
    if (this.parent) this.parent.childNodes = this.parent.childNodes.filter((node) => node !== this);
    this.parent = null;
  }

  cloneNode() {
    const copy = new FakeElement(this.document, this.tag);
    for (const [name, value] of this.#attributes) copy.setAttribute(name, value);
    copy.append(...this.childNodes.map((node) => (node instanceof FakeElement ? node.cloneNode() : node)));
    return copy;
  }

  focus() { this.document.activeElement = this; }

  click() { if (!this.disabled) this.dispatchEvent(new Event('click')); }

  // A dialog: the focus goes in, and comes back to where it was.

  #before = null;

  showModal() {
    this.open = true;
    this.#before = this.document.activeElement;
    this.document.activeElement = shown(this).find((element) => element.getAttribute('autofocus') !== null) ?? this;
  }

  close() {
    if (!this.open) return;
    this.open = false;
    this.#before?.focus();
    this.dispatchEvent(new Event('close'));
  }
}

/** Puts one in place for as long as the test runs. */
export function useDocument(t) {
  const document = {
    activeElement: null,
    createElement: (tag) => new FakeElement(document, tag),
    createElementNS: (_, tag) => new FakeElement(document, tag),
  };
  Object.assign(document, { body: document.createElement('body') });
  Object.assign(globalThis, { document, window: { document } });
  t.after(() => ['document', 'window'].forEach((name) => Reflect.deleteProperty(globalThis, name)));
  return document;
}

/** All elements in it that are not hidden, in order; of a dialog that is closed none. */
export function shown(root) {
  return root.children.flatMap((child) => (child.hidden || (child.tag === 'dialog' && !child.open) ? [] : [child, ...shown(child)]));
}

/** The names of the buttons and boxes that can be pressed there, in order. */
export function pressable(root) {
  return shown(root).filter(({ tag, disabled }) => ['button', 'input'].includes(tag) && !disabled).map(nameOf);
}

/** The element of that tag and name; '' = whatever its name. */
export function find(root, tag, name = '') {
  return shown(root).find((element) => element.tag === tag && (name === '' || nameOf(element) === name)) ?? null;
}

/** What it is called: by a label, if it has one. */
function nameOf(element) {
  return element.getAttribute('aria-label') || element.textContent || (element.parent?.tag === 'label' ? element.parent.textContent : '');
}

/**
 * Building and updating the document. Text goes in as text nodes only: there is
 * no way to hand markup to these functions.
 */

const SVG = 'http://www.w3.org/2000/svg';

/** @typedef {Record<string, string | number | boolean | null | undefined>} Attributes */
/** @typedef {Node | string | null} Child */

/**
 * An element with attributes (true: present without a value; false, null or
 * undefined: absent) and children; strings become text.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/**
 * The same for SVG.
 *
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * @template {Element} E
 * @param {E} element
 * @param {Attributes} attributes
 * @param {Child[]} children
 * @returns {E}
 */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

/**
 * Sets or removes an attribute, and leaves it alone when nothing changes.
 *
 * @param {Element} element
 * @param {string} name
 * @param {string | number | boolean | null | undefined} value
 */
export function setAttribute(element, name, value) {
  const text = value === true ? '' : value === false || value == null ? null : String(value);
  if (element.getAttribute(name) === text) return;
  if (text === null) element.removeAttribute(name);
  else element.setAttribute(name, text);
}

/** @type {WeakMap<Element, string>} what we have put into each */
const said = new WeakMap();

/**
 * Sets an element's text, and leaves it alone when it is the same already: a
 * live region would be read out again, a selection lost. What the browser has
 * made of it, as in a translated page, counts as the same.
 *
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (said.get(element) === text) return;
  said.set(element, text);
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Makes the children of `parent` these, in this order, moving as few as it
 * can; the one that has the focus keeps it.
 *
 * @param {Element} parent
 * @param {Element[]} wanted
 */
export function arrange(parent, wanted) {
  const focused = document.activeElement;
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  let next = parent.firstElementChild;
  for (const child of wanted) {
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
  if (focused instanceof HTMLElement && focused !== document.activeElement && parent.contains(focused)) {
    focused.focus({ preventScroll: true });
  }
}

/** After a render that took long, this many times as long nothing is rendered. */
const REST = 4;

/**
 * A function that runs `render` soon, once for however many calls until then:
 * at once as long as it is quick, and a fifth of the time at most when there is
 * much to do and every moment something changes. (No animation frames: a page
 * in the background gets none, and its title counts.)
 *
 * @param {() => void} render
 * @param {AbortSignal} signal ends it
 * @returns {() => void}
 */
export function coalesced(render, signal) {
  let due = false;
  let restUntil = 0;
  const run = () => {
    due = false;
    if (signal.aborted) return;
    const start = performance.now();
    render();
    const end = performance.now();
    restUntil = end + (end - start) * REST;
  };
  return () => {
    if (due) return;
    due = true;
    const wait = restUntil - performance.now();
    if (wait > 1) setTimeout(run, wait);
    else queueMicrotask(run);
  };
}

/** How long a page that gets no animation frames, as nobody sees it, waits for one, ms. */
const FRAMELESS = 100;

/**
 * A function that runs `render` at once, and not again before the next frame, then once for however many calls until
 * then: for what has to measure the page, which costs a layout each time.
 *
 * @param {() => void} render
 * @param {AbortSignal} signal ends it
 * @returns {() => void}
 */
export function framed(render, signal) {
  let frame = 0;
  let timer = 0;
  let due = false;
  const next = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    frame = timer = 0;
    if (due) run();
  };
  const run = () => {
    due = timer !== 0;
    if (due || signal.aborted) return;
    frame = requestAnimationFrame(next);
    timer = setTimeout(next, FRAMELESS);
    render();
  };
  return run;
}

/**
 * Runs it once the page has nothing else to do, or soon where nobody tells of that.
 *
 * @param {() => void} then
 */
export function whenIdle(then) {
  if ('requestIdleCallback' in window) requestIdleCallback(() => then(), { timeout: 1_000 });
  else setTimeout(then, 50);
}

// HTML from what JSDoc comments say: paragraphs, lists, code and names that lead somewhere.

/** @param {string} text */
export function escape(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/**
 * @param {string[]} head
 * @param {string[][]} rows of HTML
 * @param {string[]} [ids] of the rows
 */
export function table(head, rows, ids = []) {
  if (rows.length === 0) return '';
  const heading = head.map((cell) => `<th scope="col">${cell}</th>`).join('');
  const body = rows.map((row, i) => {
    const cells = row.map((cell) => `<td>${cell}</td>`).join('');
    return `<tr${ids[i] ? ` id="${ids[i]}"` : ''}>${cells}</tr>`;
  });
  // What scrolls must be within reach of the keyboard.
  return `<div class="table" tabindex="0" role="group" aria-label="${head.join(', ')}"><table>
<thead><tr>${heading}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table></div>
`;
}

/** @param {string} code */
export function codeBlock(code) {
  return `<pre tabindex="0"><code>${escape(code)}</code></pre>\n`;
}

/**
 * What a comment is made of.
 *
 * @typedef {{ kind: 'code' | 'list' | 'text', lines: string[] }} Block lines: of code; or one for each item or paragraph
 *
 * @param {string} text
 * @returns {Block[]}
 */
export function blocksOf(text) {
  return text.split(/\n\n+(?! )|\n\n(?= )/).flatMap(pieces).reduce((blocks, block) => {
    const last = blocks.at(-1);
    // An empty line within code does not end it.
    if (last?.kind === 'code' && block.kind === 'code') last.lines.push('', ...block.lines);
    else blocks.push(block);
    return blocks;
  }, []);
}

/** @param {string} paragraph @returns {Block[]} */
function pieces(paragraph) {
  const lines = paragraph.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return [];
  if (lines.every((line) => line.startsWith('    '))) return [{ kind: 'code', lines: lines.map((line) => line.slice(4)) }];
  const first = lines.findIndex((line) => line.startsWith('- '));
  if (first < 0) return [{ kind: 'text', lines: [lines.join(' ').replace(/\s+/g, ' ').trim()] }];
  const items = lines.slice(first).join('\n').split(/\n?^- /m).filter(Boolean).map((item) => item.replace(/\s+/g, ' ').trim());
  return [...pieces(lines.slice(0, first).join('\n')), { kind: 'list', lines: items }];
}

/** Writes HTML with links to what the page has a place for. */
export class Writer {
  #places;

  /** @param {Set<string>} places ids such as `Peers`, `Peers.connect` */
  constructor(places) {
    this.#places = places;
  }

  /**
   * Running text: `code`, and names of members and types.
   *
   * @param {string} text
   * @param {...string} owners what it is about: a class, whose methods are written like `connect()`, or a closed set
   */
  text(text, ...owners) {
    return text.split(/(`[^`]+`)/).map((part) => {
      if (part.startsWith('`')) return this.code(part.slice(1, -1), ...owners);
      const names = /\b([A-Z]\w*\.\w+|(?:[A-Z][a-z]+){2,}|(?<=see )[A-Z]\w+|[a-z]\w*(?=\(\)))(\(\))?/g;
      return escape(part).replace(/\*\*(\w+)\*\*/g, '<strong>$1</strong>').replace(names, (all, name) => {
        const place = this.#placeOf(name, owners);
        return place ? link(place, all.includes('.') || all.endsWith('()') ? `<code>${all}</code>` : all) : all;
      });
    }).join('');
  }

  /**
   * Code within a line. All of it leads to the member or value that it is.
   *
   * @param {string} code
   * @param {...string} owners
   */
  code(code, ...owners) {
    const name = code.replace(/\(.*\)$/, '');
    const place = this.#placeOf(name, owners);
    return place ? link(place, `<code>${escape(code)}</code>`) : `<code>${escape(code)}</code>`;
  }

  /**
   * A type, each of its names a link.
   *
   * @param {string} type
   */
  type(type) {
    const linked = escape(type).replace(/\b[A-Z]\w+\b/g, (name) => (this.#places.has(name) ? link(name, name) : name));
    return linked && `<code>${linked}</code>`;
  }

  /**
   * What a comment says, with whatever is in it.
   *
   * @param {string} text
   * @param {...string} owners
   */
  blocks(text, ...owners) {
    return blocksOf(text).map(({ kind, lines }) => {
      if (kind === 'code') return codeBlock(lines.join('\n'));
      if (kind === 'text') return `<p>${this.text(lines[0], ...owners)}</p>\n`;
      return `<ul>\n${lines.map((line) => `<li>${this.text(line, ...owners)}</li>`).join('\n')}\n</ul>\n`;
    }).join('');
  }

  /** @param {string} name @param {string[]} owners */
  #placeOf(name, owners) {
    const instance = name.replace(/^(signaling|peers|peer|room|publication)\./, (object) => object[0].toUpperCase() + object.slice(1))
      .replace(/^sent\./, 'SentTrack.');
    const candidates = [name, instance, ...owners.map((owner) => `${owner}.${name}`)];
    return candidates.find((place) => this.#places.has(place) && !owners.includes(place));
  }
}

/** @param {string} place @param {string} html */
function link(place, html) {
  return `<a href="#${place}">${html}</a>`;
}

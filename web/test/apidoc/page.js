// The page about the library, put together.

import { readFileSync } from 'node:fs';
import { blocksOf, codeBlock, escape, table, Writer } from './html.js';
import { introduction, migrations } from './migration.js';
import { readLibrary } from './source.js';
import * as words from './words.js';

const NOTHING = ['void', 'Promise<void>'];

/** @returns {string} HTML */
export function makePage() {
  return new Page(readLibrary()).html();
}

/** @param {string} file in the folder of examples */
export function readExample(file) {
  return readFileSync(new URL(`examples/${file}`, import.meta.url), 'utf8').trimEnd();
}

export class Page {
  #library;
  #writer;
  /** Paragraphs about each class, and at first about them all. */
  #texts;

  /** @param {import('./source.js').Library} library */
  constructor(library) {
    this.#library = library;
    this.#texts = textsOf(library.text);
    this.#writer = new Writer(this.#places());
  }

  html() {
    const lead = sentence(this.#texts.get('')[0].lines[0].replace('beckon: ', ''));
    const main = [
      this.#start(),
      ...words.sections.map((section) => this.#section(section)),
      this.#types(),
      this.#sets(),
      ...migrations.map((migration, i) => this.#migration(migration, i === 0)),
    ].join('\n');
    return `<!doctype html>
<!-- Made by: make apidoc. Changes belong into the comments of the library, or into web/test/apidoc. -->
<html lang="en">
<head>
<meta charset="utf-8">
<title>The beckon library</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${lead}">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:image/svg+xml,">
<link rel="stylesheet" href="api.css">
</head>
<body>
<header>
<h1>The beckon library</h1>
<p>${lead}</p>
</header>
${this.#contents(main)}<main>
${main}</main>
</body>
</html>
`;
  }

  /** Every id that text may lead to. */
  #places() {
    const { classes, exports, types } = this.#library;
    const shown = words.sections.flatMap((section) => section.class ?? []);
    const members = shown.flatMap((name) => this.#members(classes.get(name)).map((member) => `${name}.${member.name}`));
    const fields = [...exports.keys()].flatMap((name) => (types.get(name)?.fields ?? []).map((field) => `${name}.${field.name}`));
    const options = fields.filter((field) => !/Events\./.test(field));
    const codes = this.#valuesOf('ErrorCode').values.map((code) => `ErrorCode.${code}`);
    return new Set([...shown, ...members, ...exports.keys(), ...options, ...codes, 'SignalingError.code']);
  }

  #start() {
    const [, ...blocks] = this.#texts.get('');
    return `<section id="start">
<h2>What it is</h2>
${this.#writer.blocks(words.about)}${blocks.map((block) => this.#block(block)).join('')}${this.#writer.blocks(words.events)}</section>
<section id="server">
<h2>How it finds its server</h2>
${this.#writer.blocks(words.server)}</section>
`;
  }

  /** @param {typeof words.sections[number]} section */
  #section(section) {
    const name = section.class ?? '';
    const known = this.#library.classes.get(name);
    const parts = [
      this.#introduction(section, known),
      section.example ? `<h3>Example</h3>\n${codeBlock(readExample(section.example))}` : '',
      section.more ? codeBlock(readExample(section.more)) : '',
      this.#functions(section),
      known ? this.#making(known) : '',
      section.options ? this.#fields(section.options) : '',
      ...(known ? [this.#properties(known), this.#methods(known), this.#events(known)] : []),
    ];
    return `<section id="${section.id ?? name}">\n<h2>${section.title ?? name}</h2>\n${parts.join('')}</section>\n`;
  }

  #introduction(section, known) {
    if (!known) return this.#writer.blocks(words[section.id]);
    const told = this.#texts.get(known.name);
    if (told) return told.map((block) => this.#block(block, known.name)).join('');
    return this.#writer.blocks(known.doc.text, known.name);
  }

  #block({ kind, lines }, owner = '') {
    return kind === 'code' ? codeBlock(lines.join('\n')) : this.#writer.blocks(lines.join('\n'), owner);
  }

  #functions({ functions = [] }) {
    return functions.map((name) => {
      const { doc, type } = this.#library.functions.get(name);
      return this.#callable({ id: name, call: name, doc, type, owner: '' });
    }).join('');
  }

  /** Of classes that are for pages to make. */
  #making({ name, members }) {
    const made = members.find(({ kind, doc }) => kind === 'constructor' && !doc.internal);
    return made ? this.#callable({ id: `${name}.constructor`, call: `new ${name}`, doc: made.doc, type: '', owner: name }) : '';
  }

  /** A heading, and what goes in and comes out. */
  #callable({ id, call, doc, type, owner }) {
    const params = doc.params.filter(({ name }) => !name.includes('.'));
    const signature = params.map(({ name, optional }) => (optional ? `${name}?` : name)).join(', ');
    const rows = doc.params.filter((param) => param.type !== 'object' || param.text !== '').map((param) => this.#row(param, owner));
    const returns = doc.returns ?? (NOTHING.includes(type) || call.startsWith('new ') ? null : { type, text: '' });
    const throws = type.startsWith('Promise') ? 'Rejects with' : 'Throws';
    const parts = [
      this.#writer.blocks(doc.text, owner),
      table(['Parameter', 'Type', 'What it is'], rows),
      returns ? `<p>Returns ${this.#said(returns, owner)}</p>\n` : '',
      ...doc.throws.map((thrown) => `<p>${throws} ${this.#said(thrown, owner)}</p>\n`),
    ];
    return heading(id, `<code>${escape(`${call}(${signature})`)}</code>`) + parts.join('');
  }

  #said({ type, text }, owner) {
    const shown = this.#writer.type(this.#resolved(type));
    return text ? `${shown}: ${this.#writer.text(flat(text), owner, ...(type === 'SignalingError' ? ['ErrorCode'] : []))}` : shown;
  }

  /** @param {import('./source.js').Field} field */
  #row({ name, type, optional, text }, owner) {
    const shown = `<code>${escape(name)}${optional ? '?' : ''}</code>`;
    return [shown, this.#writer.type(this.#resolved(type)), this.#writer.text(flat(text), owner)];
  }

  /** A type with fields, as a table. @param {string} name */
  #fields(name) {
    const { fields, text } = this.#library.types.get(name);
    const rows = fields.map((field) => this.#row(field, name));
    const ids = fields.map((field) => `${name}.${field.name}`);
    return heading(name) + this.#writer.blocks(text) + table(['Name', 'Type', 'What it is'], rows, ids);
  }

  /** What pages may use. */
  #members({ members }) {
    return members.filter(({ doc, name }) => !doc.internal && name !== 'emit');
  }

  #properties(known) {
    const properties = this.#members(known).filter(({ kind }) => kind === 'property');
    if (properties.length === 0) return '';
    const rows = properties.map(({ name, type, readOnly, doc }) => [
      `<a href="#${known.name}.${name}"><code>${name}</code></a>`,
      this.#writer.type(this.#resolved(type)),
      this.#writer.text(flat([doc.text, doc.returns?.text ?? ''].join(' ').trim()), known.name) + (readOnly ? '' : ' Can be set.'),
    ]);
    const ids = properties.map(({ name }) => `${known.name}.${name}`);
    return `<h3>Properties</h3>\n${table(['Name', 'Type', 'What it is'], rows, ids)}`;
  }

  #methods(known) {
    const owner = known.name;
    return this.#members(known).filter(({ kind }) => kind === 'method').map(({ name, doc, type }) =>
      this.#callable({ id: `${owner}.${name}`, call: `${instanceOf(owner)}.${name}`, doc, type, owner })).join('');
  }

  #events(known) {
    if (!known.events) return '';
    const { fields } = this.#library.types.get(known.events);
    const rows = fields.map(({ name, type, text }) => [
      `<a href="#${known.name}:${name}"><code>${name}</code></a>`,
      type === 'object' ? '' : this.#writer.type(this.#resolved(type)),
      this.#writer.text(flat(text), known.name),
    ]);
    const ids = fields.map(({ name }) => `${known.name}:${name}`);
    return `${heading(known.events, 'Events')}${table(['Event', 'Its detail', 'When'], rows, ids)}`;
  }

  /** All that is given by name and has no place above. */
  #types() {
    const { exports, types, classes } = this.#library;
    const above = [...words.sections.map(({ options }) => options), ...words.sets];
    const rest = [...exports.keys()].filter((name) => types.has(name) && !classes.has(name))
      .filter((name) => !name.endsWith('Events') && !above.includes(name));
    const shown = rest.map((name) => {
      const { fields, type, text } = types.get(name);
      if (fields.length > 0) return this.#fields(name);
      return `${heading(name)}${this.#writer.blocks(text)}<p>${this.#writer.type(this.#resolved(type))}</p>\n`;
    });
    return `<section id="types">
<h2>Types</h2>
<p>Of what goes in and out. A <code>?</code> says that it may be left out.</p>
${shown.join('')}</section>
`;
  }

  #sets() {
    const shown = words.sets.map((name) => `${heading(name)}${this.#set(name)}`);
    return `<section id="sets">
<h2>States, reasons and codes</h2>
${shown.join('')}${this.#error()}${this.#constant('CloseCode')}</section>
`;
  }

  /** @param {string} name */
  #set(name) {
    const { values, parts } = this.#valuesOf(name);
    const listed = (all) => all.map((value) => `<code>${value}</code>`).join(', ');
    const taken = new Set(); // some have two meanings
    const shown = parts.map(({ kind, lines }) => {
      if (kind !== 'list') return this.#block({ kind, lines });
      const items = lines.map(itemOf);
      const helps = items.some(({ help }) => help);
      const ids = items.map(({ values: [value] }) => `${name}.${value}`).map((id) => (taken.has(id) ? '' : taken.add(id) && id));
      const rows = items.map((item) => [listed(item.values), ...[item.meaning, item.help].map((text) => this.#writer.text(text))]);
      const heads = ['Value', 'What it means', 'What to do'];
      return helps ? table(heads, rows, ids) : table(heads.slice(0, 2), rows.map((row) => row.slice(0, 2)), ids);
    });
    return shown.join('') + (parts.some(({ kind }) => kind === 'list') ? '' : `<p>${listed(values)}</p>\n`);
  }

  /** What a closed set and those that it is put together from consist of. @param {string} name */
  #valuesOf(name) {
    const { type, text } = this.#library.types.get(name);
    const others = Array.from(type.matchAll(/\b[A-Z]\w+\b/g), ([other]) => other).map((other) => this.#valuesOf(other));
    return {
      values: [...Array.from(type.matchAll(/'([^']+)'/g), ([, value]) => value), ...others.flatMap(({ values }) => values)],
      parts: joined([...blocksOf(text), ...others.flatMap(({ parts }) => parts)]),
    };
  }

  /** The values of closed sets that the page does not explain. */
  unexplained() {
    return words.sets.flatMap((name) => {
      const { values, parts } = this.#valuesOf(name);
      const told = parts.filter(({ kind }) => kind === 'list').flatMap(({ lines }) => lines.flatMap((line) => itemOf(line).values));
      return told.length === 0 ? [] : values.filter((value) => !told.includes(value)).map((value) => `${name}: ${value}`);
    });
  }

  #error() {
    const { doc, members } = this.#library.classes.get('SignalingError');
    const code = members.find(({ name }) => name === 'code');
    const row = ['<code>code</code>', this.#writer.type(code.type), this.#writer.text(code.doc.text)];
    const fields = table(['Name', 'Type', 'What it is'], [row], ['SignalingError.code']);
    return heading('SignalingError') + this.#writer.blocks(doc.text) + fields;
  }

  /** @param {string} name */
  #constant(name) {
    const { doc, fields } = this.#library.constants.get(name);
    const rows = fields.map((field) =>
      [`<code>${name}.${field.name}</code>`, `<code>${field.type}</code>`, this.#writer.text(flat(field.text))]);
    const ids = fields.map((field) => `${name}.${field.name}`);
    return `${heading(name)}${this.#writer.blocks(doc.text)}${table(['Name', 'Code', 'What it means'], rows, ids)}`;
  }

  #migration({ id, title, rows }, first) {
    const cells = rows.map(([theirs, ours]) => [new Writer(new Set()).text(theirs), this.#writer.text(ours)]);
    return `<section id="${id}">
<h2>${title}</h2>
${first ? this.#writer.blocks(introduction) : ''}${table(['There', 'Here'], cells)}</section>
`;
  }

  /** @param {string} main */
  #contents(main) {
    const chapters = main.split(/^<section /m).slice(1).map((section) => {
      const [, id, title] = /^id="([^"]+)">\n<h2>([^<]+)<\/h2>/.exec(section);
      const inner = Array.from(section.matchAll(/<h3 id="([^"]+)">(.*?) <a class="self"/g), ([, at, name]) =>
        `<li><a href="#${at}">${name.replace(/\(.*\)/, '()')}</a></li>`);
      return `<li><a href="#${id}">${title}</a>${inner.length > 0 ? `\n<ul>\n${inner.join('\n')}\n</ul>\n` : ''}</li>`;
    });
    return `<nav aria-label="Contents">\n<ul>\n${chapters.join('\n')}\n</ul>\n</nav>\n`;
  }

  /** A type in words of the platform and of what is given by name. @param {string} type @returns {string} */
  #resolved(type) {
    const { exports, types } = this.#library;
    const inner = (name) => types.has(name) && !exports.has(name);
    return type.replace(/\b[A-Z]\w+\b/g, (name) => (inner(name) ? this.#resolved(types.get(name).type) : name));
  }
}

/**
 * The comment of a module, by class: a paragraph that begins with a name in bold is about that class, and so is what follows.
 *
 * @param {string} text
 */
function textsOf(text) {
  const texts = new Map([['', []]]);
  let about = '';
  for (const block of blocksOf(text)) {
    about = /^\*\*(\w+)\*\*/.exec(block.lines[0])?.[1] ?? about;
    texts.set(about, [...(texts.get(about) ?? []), block]);
  }
  return texts;
}

/** One list after the other is one list. */
function joined(parts) {
  return parts.reduce((all, part) => {
    const last = all.at(-1);
    if (part.kind !== 'list' || last?.kind !== 'list') return [...all, part];
    return [...all.slice(0, -1), { kind: 'list', lines: [...last.lines, ...part.lines] }];
  }, []);
}

/**
 * What an item of a list says of one value or several, and of what to do then.
 *
 * @param {string} line
 */
function itemOf(line) {
  const [told, help = ''] = line.split('. To do: ');
  const [values, ...meaning] = told.split(': ');
  return { values: Array.from(values.matchAll(/`([^`]+)`/g), ([, value]) => value), meaning: meaning.join(': '), help };
}

/** @param {string} id @param {string} [html] */
function heading(id, html = id) {
  return `<h3 id="${id}">${html} <a class="self" href="#${id}" aria-label="Link to ${id}">#</a></h3>\n`;
}

/** @param {string} name of a class; what examples call one of its objects */
function instanceOf(name) {
  return name === 'SentTrack' ? 'sent' : name[0].toLowerCase() + name.slice(1);
}

/** @param {string} text */
function flat(text) {
  return text.replace(/\s+/g, ' ').trim();
}

/** @param {string} text */
function sentence(text) {
  return text[0].toUpperCase() + text.slice(1);
}

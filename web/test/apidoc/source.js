// What the library's files say of themselves: classes, functions, constants and types, with their JSDoc, as TypeScript
// reads them.

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SyntaxKind } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';

const LIB = new URL('../../app/lib/', import.meta.url);
const CONFIG = fileURLToPath(new URL('../../jsconfig.json', import.meta.url));

/**
 * @typedef {{ name: string, type: string, optional: boolean, text: string }} Field of a type, an event's detail, a parameter
 *
 * @typedef {object} Doc of a JSDoc comment
 * @property {string} text
 * @property {Field[]} params
 * @property {{ type: string, text: string } | null} returns
 * @property {{ type: string, text: string }[]} throws
 * @property {boolean} internal not for who uses the library
 *
 * @typedef {{ name: string, kind: 'constructor' | 'method' | 'property', type: string, readOnly: boolean, doc: Doc }} Member
 * @typedef {{ name: string, doc: Doc, events: string, members: Member[] }} Class events: name of their type, '' if none
 * @typedef {{ name: string, type: string, fields: Field[], text: string }} Type fields: none if it is no object
 *
 * @typedef {object} Library
 * @property {string} text of beckon.js as a whole
 * @property {Set<string>} exports names of what beckon.js and check.js give: values and types
 * @property {Map<string, Class>} classes
 * @property {Map<string, { name: string, type: string, doc: Doc }>} functions
 * @property {Map<string, { name: string, doc: Doc, fields: Field[] }>} constants
 * @property {Map<string, Type>} types
 */

/** @returns {Library} */
export function readLibrary() {
  const api = new API();
  try {
    const project = api.updateSnapshot({ openProjects: [CONFIG] }).getProject(CONFIG);
    const library = { text: '', exports: new Set(), classes: new Map(), functions: new Map(), constants: new Map(), types: new Map() };
    for (const name of readdirSync(LIB).filter((file) => file.endsWith('.js'))) {
      const file = project.program.getSourceFile(fileURLToPath(new URL(name, LIB)));
      readFile(library, name, file, project.checker);
    }
    return library;
  } finally {
    api.close();
  }
}

/** The modules that pages import. */
const DOORS = ['beckon.js', 'check.js'];

function readFile(library, name, file, checker) {
  const readers = {
    [SyntaxKind.ClassDeclaration]: (node) => library.classes.set(node.name.text, classOf(node, checker)),
    [SyntaxKind.FunctionDeclaration]: (node) => library.functions.set(node.name.text, functionOf(node, checker)),
    [SyntaxKind.VariableStatement]: (node) => readConstant(library, node),
    [SyntaxKind.JSTypeAliasDeclaration]: (node) => readType(library, node),
  };
  for (const node of file.statements) {
    if (DOORS.includes(name)) for (const exported of exportsOf(node)) library.exports.add(exported);
    readers[node.kind]?.(node);
  }
  if (name === DOORS[0]) library.text = textOf(file.statements[0].jsDoc[0].comment);
}

function exportsOf(node) {
  if (node.kind === SyntaxKind.ExportDeclaration) return [...node.exportClause.elements].map(({ name }) => name.text);
  const named = node.kind === SyntaxKind.JSTypeAliasDeclaration
    || [...(node.modifiers ?? [])].some(({ kind }) => kind === SyntaxKind.ExportKeyword);
  return named ? [node.name.text] : [];
}

function classOf(node, checker) {
  const doc = docOf(node);
  const extended = node.jsDoc?.at(-1).tags?.find(({ kind }) => kind === SyntaxKind.JSDocAugmentsTag);
  return {
    name: node.name.text,
    doc,
    events: extended ? /<(\w+)>/.exec(extended.getText())?.[1] ?? '' : '',
    members: [...node.members].flatMap((member) => membersOf(member, node, checker)),
  };
}

function membersOf(member, owner, checker) {
  if (member.kind === SyntaxKind.Constructor) {
    const made = { name: 'constructor', kind: 'constructor', type: '', readOnly: true, doc: docOf(member) };
    return [made, ...[...member.body.statements].flatMap((statement) => assigned(statement, checker))];
  }
  if (member.name?.kind !== SyntaxKind.Identifier || member.kind === SyntaxKind.SetAccessor) return [];
  const doc = docOf(member);
  if (member.kind === SyntaxKind.MethodDeclaration) {
    return [{ name: member.name.text, kind: 'method', type: returnType(member, checker), readOnly: true, doc }];
  }
  const set = [...owner.members].some(({ kind, name }) => kind === SyntaxKind.SetAccessor && name.text === member.name.text);
  const type = doc.returns?.type ?? checker.typeToString(checker.getTypeAtLocation(member));
  return [{ name: member.name.text, kind: 'property', type, readOnly: !set, doc }];
}

/** A property that the constructor makes. */
function assigned(statement, checker) {
  const { left, right } = statement.expression ?? {};
  if (!statement.jsDoc || left?.expression?.kind !== SyntaxKind.ThisKeyword || left.name.kind !== SyntaxKind.Identifier) return [];
  const type = checker.typeToString(checker.getTypeAtLocation(right));
  return [{ name: left.name.text, kind: 'property', type, readOnly: true, doc: docOf(statement) }];
}

function functionOf(node, checker) {
  return { name: node.name.text, type: returnType(node, checker), doc: docOf(node) };
}

function returnType(node, checker) {
  const signature = checker.getSignatureFromDeclaration(node);
  return checker.typeToString(checker.getReturnTypeOfSignature(signature));
}

/** An object of constants, such as CloseCode. */
function readConstant(library, node) {
  const [{ name, initializer }] = [...node.declarationList.declarations];
  const literal = initializer?.arguments?.[0];
  if (!node.jsDoc || literal?.kind !== SyntaxKind.ObjectLiteralExpression) return;
  const fields = [...literal.properties].map((property) => (
    { name: property.name?.text, type: property.initializer?.getText(), optional: false, text: docOf(property).text }));
  library.constants.set(name.text, { name: name.text, doc: docOf(node), fields });
}

/** Types that are another file's by another name are that file's. */
function readType(library, node) {
  const comment = node.jsDoc?.find(({ tags }) => [...(tags ?? [])].some((tag) => tag.name?.text === node.name.text));
  const tag = [...(comment?.tags ?? [])].find((one) => one.name?.text === node.name.text);
  const fields = fieldsOf(tag);
  const type = fields.length > 0 ? 'object' : plain(tag?.typeExpression?.getText() ?? '');
  if (type === node.name.text) return;
  const only = comment.tags.length === 1;
  const text = [only ? textOf(comment.comment) : '', textOf(tag.comment).trim()].filter(Boolean).join('\n\n');
  library.types.set(node.name.text, { name: node.name.text, type, fields, text });
}

/** @returns {Doc} */
function docOf(node) {
  const comment = node.jsDoc?.at(-1);
  const tags = [...(comment?.tags ?? [])];
  const of = (kind) => tags.filter((tag) => tag.kind === kind);
  const said = (tag) => ({ type: plain(tag.typeExpression?.getText() ?? ''), text: textOf(tag.comment).trim() });
  return {
    text: textOf(comment?.comment),
    params: of(SyntaxKind.JSDocParameterTag).flatMap((tag) => [fieldOf(tag), ...fieldsOf(tag)]),
    returns: of(SyntaxKind.JSDocReturnTag).map(said)[0] ?? of(SyntaxKind.JSDocTypeTag).map(said)[0] ?? null,
    throws: of(SyntaxKind.JSDocThrowsTag).map(said),
    internal: tags.some(({ tagName }) => tagName.text === 'internal'),
  };
}

/** The fields that tags tell one by one: of a type, or of a parameter. */
function fieldsOf(tag) {
  const fields = [];
  const look = (node) => {
    if (node.kind === SyntaxKind.JSDocPropertyTag || node.kind === SyntaxKind.JSDocParameterTag) fields.push(fieldOf(node));
    else if (node.kind === SyntaxKind.JSDocTypeLiteral) node.forEachChild(look);
  };
  if (tag?.typeExpression) {
    look(tag.typeExpression);
    tag.typeExpression.forEachChild(look);
  }
  return fields.filter((field, i) => fields.findIndex(({ name }) => name === field.name) === i);
}

/** @returns {Field} */
function fieldOf(tag) {
  const type = fieldsOf(tag).length > 0 ? 'object' : plain(tag.typeExpression?.getText() ?? '');
  return { name: tag.name.getText(), type, optional: tag.isBracketed, text: textOf(tag.comment).trim() };
}

/** A type as people write it: without braces around it, and without the files that its parts are from. */
function plain(type) {
  return type.replace(/^\{([^]*)\}$/, '$1').replace(/import\('[^']*'\)\./g, '').replace(/^\s*\*\s*/gm, '').replace(/\s+/g, ' ')
    .replace('typeof globalThis.', 'typeof ').trim();
}

function textOf(comment) {
  if (typeof comment === 'string') return comment;
  return [...(comment ?? [])].map((part) => part.text ?? '').join('');
}

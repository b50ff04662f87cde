/**
 * Serves what the contenders' pages are made of, both in the way of our own server: gzip, an entity tag, and a cache
 * that asks each time. Our library is fetched from our server first, so it is what any page gets from there.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8' };

/** The folders by the first part of a path. */
const folders = {
  pages: fileURLToPath(new URL('pages/', import.meta.url)),
  peerjs: fileURLToPath(new URL('../node_modules/peerjs/dist/', import.meta.url)),
};

/**
 * @param {() => string} ours  the address of our server, once it is there
 * @returns {Promise<{port: number, close: () => void}>}
 */
export async function startPageHost(ours) {
  const files = /** @type {Map<string, ReturnType<typeof load>>} */ (new Map());
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const loading = files.get(pathname) ?? load(pathname, ours());
    files.set(pathname, loading);
    const file = await loading.catch(() => null);
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    const { type, tag, body } = file;
    const headers = { Etag: tag, 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding' };
    if (request.headers['if-none-match'] === tag) response.writeHead(304, headers).end();
    else response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Encoding': 'gzip' }).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { port, close: () => { server.close(); server.closeAllConnections(); } };
}

/** @param {string} pathname @param {string} ours */
async function load(pathname, ours) {
  const body = gzipSync(await read(pathname, ours), { level: 9 });
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}-gzip"`;
  return { type: types[/** @type {keyof typeof types} */ (extname(pathname))], tag, body };
}

/** @param {string} pathname @param {string} ours */
async function read(pathname, ours) {
  const [, folder, ...rest] = normalize(pathname).split('/');
  if (folder !== 'lib') return readFileSync(join(folders[/** @type {keyof typeof folders} */ (folder)], ...rest));
  const response = await fetch(new URL(pathname, ours));
  if (!response.ok) throw new Error(`${pathname}: ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

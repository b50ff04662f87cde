/**
 * Serves what the contenders' pages are made of, both in the way of our own server: gzip, an entity tag, and a cache
 * that asks each time.
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
  lib: fileURLToPath(new URL('../../app/lib/', import.meta.url)),
  peerjs: fileURLToPath(new URL('../node_modules/peerjs/dist/', import.meta.url)),
};

/** @returns {Promise<{port: number, close: () => void}>} */
export async function startPageHost() {
  const files = /** @type {Map<string, ReturnType<typeof load>>} */ (new Map());
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    try {
      if (!files.has(pathname)) files.set(pathname, load(pathname));
    } catch {
      response.writeHead(404).end();
      return;
    }
    const { type, tag, body } = /** @type {ReturnType<typeof load>} */ (files.get(pathname));
    const headers = { Etag: tag, 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding' };
    if (request.headers['if-none-match'] === tag) response.writeHead(304, headers).end();
    else response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Encoding': 'gzip' }).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { port, close: () => { server.close(); server.closeAllConnections(); } };
}

/** @param {string} pathname */
function load(pathname) {
  const [, folder, ...rest] = normalize(pathname).split('/');
  const path = join(folders[/** @type {keyof typeof folders} */ (folder)], ...rest);
  const body = gzipSync(readFileSync(path), { level: 9 });
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}-gzip"`;
  return { type: types[/** @type {keyof typeof types} */ (extname(path))], tag, body };
}

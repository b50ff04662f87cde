// The operator's listener has no password: who reaches it is the operator. Pages
// that the operator's browser happens to show reach it, too, and get nothing.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { WebSocket as Socket } from 'ws';
import { launch } from './fixture/browsers.js';
import { freePort } from './fixture/port.js';
import { Server } from './fixture/server.js';

const admin = await freePort();
/** @type {Server} */
let server;
/** @type {import('node:http').Server} */
let evil;
let evilPort = 0;

before(async () => {
  server = await Server.start([`--admin=127.0.0.1:${admin}`]);
  evil = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>evil</title>'));
  await new Promise((resolve) => evil.listen(0, '127.0.0.1', () => resolve(undefined)));
  evilPort = /** @type {import('node:net').AddressInfo} */ (evil.address()).port;
});
after(async () => {
  await server?.stop();
  evil?.close();
});

/** Somebody to be disconnected. */
async function victim() {
  const socket = new Socket(`${server.socketUrl}/ws`);
  const id = await new Promise((resolve, reject) => {
    socket.onerror = reject;
    socket.onopen = () => socket.send('{"type":"login","name":"Ana"}');
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data));
      if (message.type === 'login') resolve(message.id);
    };
  });
  return { socket, id };
}

/**
 * What a page can do to another origin; it returns whatever it got hold of.
 * @param {string} at  the listener's origin
 * @param {string} id  of somebody who is logged in
 */
async function attack(at, id) {
  /** @type {string[]} */
  const got = [];
  const signal = AbortSignal.timeout(30_000); // a profile that is made takes a minute
  /** @type {[string, RequestInit][]} */
  const requests = [
    ['/metrics', {}],
    ['/api/v1/users', { credentials: 'include' }],
    ['/api/v1/users', { mode: 'no-cors' }],
    ['/api/v1/users', { referrerPolicy: 'no-referrer' }],
    ['/debug/pprof/profile?seconds=60', { mode: 'no-cors', referrerPolicy: 'no-referrer' }],
    ['/debug/pprof/symbol', { method: 'POST', mode: 'no-cors', body: '0x1' }],
    [`/api/v1/users/${id}`, { method: 'DELETE' }],
    [`/api/v1/users/${id}`, { method: 'POST', mode: 'no-cors', body: '_method=DELETE', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }],
    [`/api/v1/users/${id}`, { method: 'POST', headers: { 'X-HTTP-Method-Override': 'DELETE' } }],
  ];
  for (const [path, init] of requests) {
    try {
      const response = await fetch(at + path, { ...init, signal });
      const text = await response.text();
      if (response.type !== 'opaque' || text !== '') got.push(`${init.method ?? 'GET'} ${path}: ${response.status} ${text.slice(0, 80)}`);
    } catch (error) {
      if (!(error instanceof TypeError)) got.push(`${path}: ${error}`);
    }
  }
  for (const kind of ['script', 'img', 'iframe', 'link', 'object']) {
    const element = document.createElement(kind);
    const loaded = new Promise((resolve) => {
      element.onload = () => resolve('loaded');
      element.onerror = () => resolve('');
      setTimeout(resolve, 700, '');
    });
    const url = `${at}/metrics`;
    if (element instanceof HTMLLinkElement) Object.assign(element, { rel: 'stylesheet', href: url });
    else if (element instanceof HTMLObjectElement) element.data = url;
    else Object.assign(element, { src: url });
    document.body.append(element);
    const how = await loaded;
    if (how && kind !== 'iframe' && kind !== 'object') got.push(`${kind}: ${how}`); // a frame loads its error
  }
  for (const type of ['socket', 'events']) {
    const stream = type === 'socket' ? new WebSocket(`${at.replace('http', 'ws')}/metrics`) : new EventSource(`${at}/metrics`);
    const open = await new Promise((resolve) => {
      stream.onopen = () => resolve(true);
      stream.onerror = () => resolve(false);
    });
    stream.close();
    if (open) got.push(`${type}: open`);
  }
  return got;
}

for (const kind of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`pages of other origins get nothing from the operator's listener: ${kind}`, { timeout: 120_000 }, async () => {
    const browser = await launch(kind);
    const { socket, id } = await victim();
    try {
      for (const [from, to] of [['127.0.0.1', '127.0.0.1'], ['localhost', '127.0.0.1'], ['localhost', 'localhost']]) {
        const page = await browser.newPage();
        await page.goto(`http://${from}:${evilPort}/`);
        assert.deepEqual(await page.evaluate(attack, `http://${to}:${admin}`, id), [], `${from} to ${to}`);
        await page.close();
      }
      // Its own name has come to mean the listener's address (DNS rebinding): browsers ask no DNS for names below localhost.
      const page = await browser.newPage();
      for (const path of ['/', '/metrics', '/api/v1/users', '/debug/pprof/']) {
        const response = await page.goto(`http://rebound.localhost:${admin}${path}`);
        assert.equal(response?.status(), 421, path);
      }
      assert.equal(socket.readyState, Socket.OPEN, 'Ana is still there');

      // Whoever types the address gets it.
      const response = await page.goto(`http://127.0.0.1:${admin}/api/v1/users`);
      assert.equal(response?.status(), 200);
      assert.match((await response?.text()) ?? '', /"Ana"/);
    } finally {
      socket.close();
      await browser.close();
    }
  });
}

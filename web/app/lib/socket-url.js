/**
 * Where the WebSocket is: `ws` beside the folder that a module of this library
 * came from, whatever the prefix. https://host/chat/lib/x.js -> wss://host/chat/ws
 *
 * @param {string} moduleUrl
 */
export function socketUrl(moduleUrl) {
  return new URL('../ws', moduleUrl).href.replace(/^http/, 'ws');
}

// Clients of the npm registry, or the WebSocket of the runtime ("global"): clients.js NAME URL [SUBPROTOCOL]. Prints what
// they say as lines of JSON: {"error": TEXT} and {"code": …, "reason": …, "clean": …}, and ends.
"use strict";
const [name, url, subprotocol] = typeof Deno === "undefined" ? process.argv.slice(2) : Deno.args;
const say = (value) => console.log(JSON.stringify(value));
const text = (error) => (error?.cause?.message ? `${error.message}: ${error.cause.message}` : String(error?.message ?? error));
const protocols = subprotocol ? [subprotocol] : [];

function eventTarget(WebSocket) {
  const socket = new WebSocket(url, protocols);
  socket.onerror = (event) => say({ error: text(event.error ?? event) });
  socket.onclose = (event) => { say({ code: event.code, reason: event.reason, clean: event.wasClean }); };
  socket.onmessage = () => {};
}

const clients = {
  global: () => eventTarget(globalThis.WebSocket),
  undici: () => eventTarget(require("undici").WebSocket),
  faye: () => eventTarget(require("faye-websocket").Client),
  ws() {
    const socket = new (require("ws"))(url, protocols, { maxPayload: 100000 });
    socket.on("error", (error) => say({ error: text(error) }));
    socket.on("close", (code, reason) => say({ code, reason: String(reason) }));
  },
  websocket() {
    const client = new (require("websocket").client)({ closeTimeout: 1000 });
    client.on("connectFailed", (error) => say({ error: text(error) }));
    client.on("connect", (connection) => {
      connection.on("error", (error) => say({ error: text(error) }));
      connection.on("close", (code, reason) => say({ code, reason }));
    });
    client.connect(url, protocols);
  },
};
clients[name]();

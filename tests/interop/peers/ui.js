// A chat UI of nobody's in particular, over node's fetch and `ws`: ui.js BASE-URL FLOW.json
"use strict";
const fs = require("fs");
const WebSocket = require("ws");

const base = process.argv[2];
const flow = JSON.parse(fs.readFileSync(process.argv[3], "utf8"));
const values = flow.values;
const filled = (text) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const filledJson = (value) => JSON.parse(filled(JSON.stringify(value)));
const at = (value, pointer) => pointer.split("/").slice(1).reduce((inner, step) => (inner ?? {})[step], value);
// What is said as it stands: a text, or bytes as {"hex": ...}.
const raw = (said) => (typeof said === "string" ? said : Buffer.from(said.hex, "hex"));
const end = flow.end ?? "";  // what closes each message, as SignalR has it
const holds = (where, value) => Object.entries(where).every(([pointer, wanted]) => at(value, pointer) === wanted);

async function call(step) {
  const answer = await fetch(base + filled(step.path), {
    method: step.method,
    headers: Object.fromEntries(Object.entries(step.headers ?? {}).map(([name, value]) => [name, filled(value)])),
    body: step.form ? new URLSearchParams(filledJson(step.form)) : step.json && JSON.stringify(filledJson(step.json)),
  });
  if (answer.status !== (step.status ?? 200)) throw new Error(`${step.path}: ${answer.status} ${await answer.text()}`);
  if (!step.take) return;
  const body = await answer.json();
  for (const [name, pointer] of Object.entries(step.take)) values[name] = at(body, pointer);
}

function talk(socket) {
  const steps = [...flow.talk];
  const goOn = () => {
    for (; steps.length && (steps[0].send ?? steps[0].say) !== undefined; steps.shift()) {
      socket.send(steps[0].say === undefined ? JSON.stringify(filledJson(steps[0].send)) + end : raw(steps[0].say));
    }
    if (!steps.length) socket.close(1000);
  };
  const awaited = (data) =>
    steps[0].hear === undefined ? holds(steps[0].await, JSON.parse(String(data).slice(0, String(data).length - end.length)))
                                : data.subarray(0, Buffer.from(raw(steps[0].hear)).length).equals(Buffer.from(raw(steps[0].hear)));
  socket.on("message", (data) => {
    if (steps.length && awaited(data)) {
      steps.shift();
      goOn();
    }
  });
  socket.on("open", goOn);
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("close", (code) => resolve([code, steps.length]));
  });
}

async function main() {
  for (const step of flow.calls ?? []) await call(step);
  const url = filled(flow.socket);
  const headers = Object.fromEntries(Object.entries(flow.headers ?? {}).map(([name, value]) => [name, filled(value)]));
  const socket = new WebSocket(url.startsWith("/") ? base.replace(/^http/, "ws") + url : url, flow.subprotocols ?? [], { headers });
  const [code, left] = await talk(socket);
  console.log(`closed ${code}, ${left} steps left`);
}
main().catch((error) => {
  console.error(String(error));
  process.exit(1);
});

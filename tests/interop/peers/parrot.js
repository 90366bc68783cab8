// A server on node's `ws` that plays the server's side of a recorded session, with values of its own; parrot.py says how.
// usage: parrot.js CAPTURE
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const {WebSocketServer} = require('ws');

const MADE = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const isTime = (text) => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text);
const isMasked = (text) => /x{8,}/.test(text);

function leaves(value, pointer = '', found = new Map()) {
  if (value !== null && typeof value === 'object') {
    for (const [name, inner] of Object.entries(value)) leaves(inner, `${pointer}/${name}`, found);
  } else {
    found.set(pointer, value);
  }
  return found;
}

function recorded(path) {
  const lines = fs.readFileSync(path, 'utf8').split('\n').slice(1, -1);
  let events = lines.map((line) => JSON.parse(line));
  const {conn} = events.find((event) => event.kind === 'response' && event.status === 101);
  events = events.filter((event) => event.conn === conn);
  const inflated = new Map(events.filter((event) => event.kind === 'inflated').map((event) => [event.frames[0], event]));
  const frames = events.filter((event) => event.kind === 'frame');
  const messages = [];
  for (const frame of frames.filter((each) => each.opcode < 8)) {
    if (frame.opcode) messages.push({from: frame.from, text: (inflated.get(frame.seq) ?? frame).text ?? ''});
    else messages[messages.length - 1].text += frame.text ?? '';
  }
  const {headers} = events.find((event) => event.kind === 'response');
  const asked = events.find((event) => event.kind === 'request').start_line;
  return {messages, end: frames.find((frame) => frame.opcode === 8), known: asked.match(MADE) ?? [],
          header: (name) => headers.find((each) => each.name.toLowerCase() === name)?.value};
}

class Session {
  ours = new Map();
  came = 0;
  wrong = [];

  constructor(known) {
    this.theirs = new Map(known.map((id) => [id, id]));
  }

  say(text) {
    return text.replace(MADE, (made) => {
      if (this.theirs.has(made)) return this.theirs.get(made);
      if (!this.ours.has(made)) this.ours.set(made, crypto.randomUUID());
      return this.ours.get(made);
    });
  }

  hear(wanted, text) {
    this.came += 1;
    let pair;
    try {
      pair = [leaves(JSON.parse(wanted)), leaves(JSON.parse(text))];
    } catch {
      if (wanted !== text) this.wrong.push(`${text} for ${wanted}`);
      return;
    }
    for (const pointer of new Set([...pair[0].keys(), ...pair[1].keys()])) {
      const fault = this.fault(pair[0].get(pointer), pair[1].get(pointer));
      if (fault) this.wrong.push(`message ${this.came}, ${pointer}: ${fault}`);
    }
  }

  fault(wanted, given) {
    if (typeof wanted !== 'string' || typeof given !== 'string') {
      return wanted === given ? '' : `${JSON.stringify(given)} for ${JSON.stringify(wanted)}`;
    }
    if (isMasked(wanted)) return isMasked(given) ? 'it is still masked' : '';
    if (isTime(wanted) && isTime(given)) return '';
    const now = given.match(MADE) ?? [];
    (wanted.match(MADE) ?? []).forEach((made, n) => {
      if (!this.ours.has(made) && now[n]) this.theirs.set(made, now[n]);
    });
    const made = wanted.replace(MADE, (id) => this.ours.get(id) ?? this.theirs.get(id) ?? id);
    return made === given ? '' : `${given} is not ${made}`;
  }
}

const {messages, end, known, header} = recorded(process.argv[2]);
const server = new WebSocketServer({
  host: '127.0.0.1',
  port: 0,
  perMessageDeflate: header('sec-websocket-extensions') ? {threshold: 0} : false,
  handleProtocols: () => header('sec-websocket-protocol') ?? false,
});
server.on('connection', (ws) => {
  const session = new Session(known);
  let next = 0;
  const goOn = () => {
    for (; next < messages.length && messages[next].from === 'server'; next += 1) ws.send(session.say(messages[next].text));
    if (next < messages.length) return;
    if (end?.from === 'server') ws.close(end.close_code, end.reason);
    if (!end) ws.terminate();
  };
  ws.on('message', (data) => {
    if (next >= messages.length) {
      session.wrong.push(`one more: ${data}`);
      return;
    }
    session.hear(messages[next].text, String(data));
    next += 1;
    goOn();
  });
  ws.on('close', (code) => {
    if (next < messages.length) session.wrong.push(`it left ${messages.length - next} messages before the end`);
    if (end?.from === 'client' && code !== end.close_code) session.wrong.push(`closed with ${code}`);
    console.log(JSON.stringify({came: session.came, wrong: session.wrong}));
  });
  goOn();
});
server.on('listening', () => console.log(`listening on ws://127.0.0.1:${server.address().port}`));

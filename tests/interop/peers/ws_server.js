// A server on node's `ws`: echoes, and after the first message ends as it is told.
// With the ending "http2" it speaks only that. With the ending "count" it prints how many messages each client sent before it left, and the code of its Close.
// With the ending "chat" it is the server of fixtures/asyncapi/chat-v3.yaml, which answers "boom" with an error that has no code.
// usage: ws_server.js ENDING [CODE [REASON]] [--tls --cert FILE --key FILE]
'use strict';
const fs = require('fs');
const http = require('http');
const https = require('https');
const {WebSocketServer} = require('ws');

const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const tls = args.includes('--tls');
const firstOption = args.findIndex((a) => a.startsWith('--'));
const [ending, code, reason] = firstOption < 0 ? args : args.slice(0, firstOption);

const endings = {
  none: () => {},
  count: () => {},
  close: (ws) => ws.close(Number(code), reason),
  'close-empty': (ws) => ws.close(),
  fin: (ws, socket) => socket.end(),
  'tls-close-notify': (ws, socket) => socket.end(),
  reset: (ws, socket) => socket.resetAndDestroy(),
  terminate: (ws) => ws.terminate(),
  'fin-mid-frame': (ws, socket) => {
    socket.write(Buffer.concat([Buffer.from([0x81, 100]), Buffer.alloc(38, 'x')]));
    socket.end();
  },
  fragments: (ws) => {
    ws.send('one ', {fin: false});
    ws.once('pong', () => ws.send('two', {fin: true}));
    ws.ping('between');
  },
};

// What a message of the chat is answered with.
function chat({type, id, text}) {
  if (type === 'hello') return {type: 'welcome', id};
  return text === 'boom' ? {type: 'error', code: '500'} : {type: 'said', id, text};
}

function chatRefuses({req}, done) {
  const url = new URL(req.url, 'ws://chat');
  const known = url.pathname === '/v1/rooms/lobby' && url.searchParams.get('language') && url.searchParams.get('version') === '3';
  const allowed = req.headers.authorization === 'Bearer token-of-lobby' && req.headers['x-device-key'] === 'device-1';
  done(known && allowed, known ? 401 : 404);
}

// HTTP/2 and nothing else. Over TLS the alert is asked for: node 18's own server goes on with a client that does not speak it.
function http2Only() {
  if (tls) {
    const ALPNCallback = ({protocols}) => (protocols.includes('h2') ? 'h2' : undefined);
    const files = {cert: fs.readFileSync(option('--cert')), key: fs.readFileSync(option('--key'))};
    return require('tls').createServer({...files, ALPNCallback}).on('tlsClientError', () => {});
  }
  return require('http2').createServer().on('sessionError', () => {}).on('unknownProtocol', () => {});
}

const server = ending === 'http2' ? http2Only() : tls
  ? https.createServer({cert: fs.readFileSync(option('--cert')), key: fs.readFileSync(option('--key'))})
  : http.createServer();
const deflate = args.includes('--deflate') ? {threshold: 0} : false;
const refuse = ending === 'refuse' ? (info, done) => done(false, Number(code), reason) : ending === 'chat' ? chatRefuses : undefined;
const wss = new WebSocketServer({server, perMessageDeflate: deflate, verifyClient: refuse});
wss.on('connection', (ws, request) => {
  ws.on('error', () => {});
  let messages = 0;
  ws.on('message', (data, binary) => {
    messages += 1;
    if (ending === 'chat') return ws.send(JSON.stringify(chat(JSON.parse(data))));
    ws.send(data, {binary}, () => endings[ending](ws, request.socket));
  });
  if (ending === 'count') ws.on('close', (by) => console.log(`${messages} messages, closed ${by}`));
});
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on ${tls ? 'wss' : 'ws'}://127.0.0.1:${server.address().port}`);
});

// Servers on libraries of the npm registry, one a run: node servers.js NAME [ARGUMENT…]. Prints "listening PORT".
"use strict";
const http = require("http");
const listening = (server) => console.log(`listening ${server.address().port}`);
const listen = (server) => server.listen(0, "127.0.0.1", () => listening(server));

const servers = {
  ws(maxPayload) {
    const { WebSocketServer } = require("ws");
    const options = { port: 0, host: "127.0.0.1", path: "/ws", ...(maxPayload ? { maxPayload: Number(maxPayload) } : {}) };
    const server = new WebSocketServer(options, () => listening(server));
    server.on("connection", (socket) => {
      socket.on("error", () => {});
      socket.on("message", (data, binary) => (String(data) === "stop" ? server.close() : String(data) === "close" ? socket.close(1000) : socket.send(data, { binary })));
    });
  },
  quiet() {
    const { WebSocketServer } = require("ws");
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" }, () => listening(server));
    server.on("connection", (socket) => socket.on("message", (data, binary) => socket.send(data, { binary })));
  },
  pushing() {
    const { WebSocketServer } = require("ws");
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" }, () => listening(server));
    server.on("connection", (socket) => { const timer = setInterval(() => socket.send("hello"), 1000); socket.on("close", () => clearInterval(timer)); });
  },
  websocket() {
    const WebSocketServer = require("websocket").server;
    const base = http.createServer((request, response) => { response.writeHead(404); response.end(); });
    listen(base);
    new WebSocketServer({ httpServer: base }).on("request", (request) => {
      if (request.resource === "/reject") return request.reject(403, "no such room");
      request.accept(null, request.origin).on("message", function (m) { m.type === "utf8" ? this.sendUTF(m.utf8Data) : this.sendBytes(m.binaryData); });
    });
  },
  "engine.io"() {
    const base = http.createServer();
    require("engine.io").attach(base).on("connection", (socket) => socket.on("message", (m) => socket.send(m)));
    listen(base);
  },
  "socket.io"(pingInterval = 25000, pingTimeout = 20000, connectTimeout = 45000) {
    const base = http.createServer();
    const io = new (require("socket.io").Server)(base, { pingInterval: Number(pingInterval), pingTimeout: Number(pingTimeout), connectTimeout: Number(connectTimeout) });
    io.use((socket, next) => next(socket.handshake.auth.token === "bad" ? new Error("not authorized") : undefined));
    io.on("connection", (socket) => socket.onAny((...a) => (typeof a.at(-1) === "function" ? a.pop()(...a) : socket.emit(...a))));
    listen(base);
  },
  "graphql-ws"() {
    const { WebSocketServer } = require("ws");
    const { useServer } = require("graphql-ws/use/ws");
    const { buildSchema } = require("graphql");
    const schema = buildSchema("type Query { hello: String } type Subscription { never: String }");
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" }, () => listening(server));
    useServer({
      schema,
      roots: { query: { hello: () => "hi" }, subscription: { never: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}), return: async () => ({ done: true }) }) }) } },
      onConnect: (context) => context.connectionParams?.token !== "bad",
    }, server);
  },
  "subscriptions-transport-ws"() {
    const { SubscriptionServer } = require("subscriptions-transport-ws");
    const { buildSchema, execute, subscribe } = require("graphql");
    const base = http.createServer();
    listen(base);
    SubscriptionServer.create({ schema: buildSchema("type Query { hello: String }"), execute, subscribe,
      onConnect: (params) => { if (params.token === "bad") throw new Error("no entry"); } }, { server: base, path: "/" });
  },
  "http-proxy"(target) {
    const proxy = require("http-proxy").createProxyServer({ target: `http://127.0.0.1:${target}`, ws: true });
    proxy.on("error", () => {});
    const base = http.createServer((request, response) => proxy.web(request, response));
    base.on("upgrade", (request, socket, head) => proxy.ws(request, socket, head));
    listen(base);
  },
  faye() {
    const WebSocket = require("faye-websocket");
    const base = http.createServer();
    base.on("upgrade", (request, socket, body) => {
      if (!WebSocket.isWebSocket(request)) return socket.end();
      const ws = new WebSocket(request, socket, body);
      ws.on("message", (event) => ws.send(event.data));
    });
    listen(base);
  },
  sockjs() {
    const echo = require("sockjs").createServer({ log: () => {} });
    echo.on("connection", (connection) => connection.on("data", (m) => (m === "close" ? connection.close(3333, "enough") : connection.write(m))));
    const base = http.createServer();
    echo.installHandlers(base, { prefix: "/echo" });
    listen(base);
  },
  stomp(beat = 0) {
    const base = http.createServer();
    new (require("stomp-broker-js"))({ server: base, path: "/ws", heartbeat: [0, Number(beat)], heartbeatErrorMargin: 100 });
    listen(base);
  },
  async aedes() {
    const { WebSocketServer, createWebSocketStream } = require("ws");
    const { Aedes } = require("aedes");
    const broker = await Aedes.createBroker();
    const base = http.createServer();
    new WebSocketServer({ server: base }).on("connection", (socket, request) => broker.handle(createWebSocketStream(socket), request));
    listen(base);
  },
  async fastify() {
    const app = require("fastify")();
    await app.register(require("@fastify/websocket"));
    app.register(async (part) => {
      part.get("/ws", { websocket: true }, (socket) => socket.on("message", (m) => socket.send(String(m))));
      part.get("/throws", { websocket: true }, () => { throw new Error("in the handler"); });
      part.get("/plain", async () => "plain");
      part.get("/guarded", { websocket: true, preValidation: async (request, reply) => { await reply.code(401).send("no token"); } }, () => {});
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    listening(app.server);
  },
  peer() {
    const { PeerServer } = require("peer");
    PeerServer({ port: 0, host: "127.0.0.1", path: "/" }, (server) => listening(server));
  },
  primus() {
    const Primus = require("primus");
    const base = http.createServer();
    new Primus(base, { transformer: "websockets" }).on("connection", (spark) => spark.on("data", (data) => spark.write(data)));
    listen(base);
  },
  async vite() {
    const { createServer } = await import("vite");
    const server = await createServer({ root: require("os").tmpdir(), configFile: false, logLevel: "silent", server: { port: 0, host: "127.0.0.1" }, optimizeDeps: { noDiscovery: true } });
    await server.listen(0);
    listening(server.httpServer);
  },
};

process.on("uncaughtException", (error) => { console.error(error); process.exit(1); });
servers[process.argv[2]](...process.argv.slice(3));

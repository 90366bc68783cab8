// Clients on libraries of the npm registry, one a run: node dialect_clients.js NAME http://HOST:PORT. Each says what it met.
"use strict";
const [name, base] = process.argv.slice(2);
const met = [];
const done = () => {
  console.log(met.join(", "));
  process.exit(0);
};
const failed = (error) => {
  console.error(String(error?.stack ?? error));
  process.exit(1);
};

const clients = {
  "socket.io-client"() {
    const socket = require("socket.io-client").io(base, { transports: ["websocket"], reconnection: false });
    socket.on("connect_error", failed);
    socket.on("connect", () => {
      met.push("connected");
      socket.emit("message", "Hi");
    });
    socket.on("message", (text) => {
      met.push(`echoed ${text}`);
      socket.io.engine.once("heartbeat", () => {
        met.push("pinged");
        setImmediate(() => socket.disconnect());
      });
    });
    socket.on("disconnect", () => {
      met.push("closed");
      setImmediate(done);
    });
  },
  "graphql-ws"() {
    const { createClient } = require("graphql-ws");
    const client = createClient({ url: base.replace("http", "ws") + "/graphql", webSocketImpl: require("ws"), lazy: false, retryAttempts: 0, onNonLazyError: failed });
    client.on("connected", () => {
      met.push("connected");
      client.subscribe({ query: "subscription { ping }" }, {
        next: () => met.push("next"),
        error: failed,
        complete: () => {
          met.push("complete");
          client.dispose();
        },
      });
    });
    client.on("closed", () => {
      met.push("closed");
      setImmediate(done);
    });
  },
  mqtt(protocolVersion = 4) {
    const client = require("mqtt").connect(base.replace("http", "ws") + "/mqtt", { protocolVersion, reconnectPeriod: 0 });
    client.on("error", failed);
    client.on("connect", () => {
      met.push("connected");
      client.subscribe("a", (error) => {
        if (error) return failed(error);
        met.push("subscribed");
        client.publish("a", "Hi", { qos: 1 });
      });
    });
    client.on("message", (topic, payload) => {
      met.push(`echoed ${payload}`);
      client.end(false, {}, () => {
        met.push("closed");
        done();
      });
    });
  },
  xmpp() {
    Object.assign(globalThis, { WebSocket: require("ws") });
    const { client, xml } = require("@xmpp/client");
    const service = base.replace("http", "ws") + "/xmpp-websocket";
    const xmpp = client({ service, domain: "localhost", username: "romeo", password: "secret", resource: "whydrop" });
    xmpp.reconnect.stop();
    xmpp.on("error", failed);
    xmpp.on("online", async (address) => {
      met.push(`online as ${address}`);
      await xmpp.send(xml("presence"));
      await xmpp.send(xml("message", { to: "romeo@localhost", type: "chat" }, xml("body", {}, "Hi")));
    });
    xmpp.on("stanza", async (stanza) => {
      if (!stanza.is("message")) return;
      met.push(`echoed ${stanza.getChildText("body")}`);
      await xmpp.stop();
      met.push("closed");
      done();
    });
    xmpp.start().catch(failed);
  },
  stompjs() {
    Object.assign(globalThis, { WebSocket: require("ws") });
    const { Client } = require("@stomp/stompjs");
    const client = new Client({ brokerURL: base.replace("http", "ws") + "/ws", reconnectDelay: 0 });
    client.onStompError = (frame) => failed(frame.headers.message);
    client.onWebSocketError = failed;
    client.onConnect = () => {
      met.push("connected");
      client.subscribe("/topic/a", (message) => {
        met.push(`echoed ${message.body}`);
        client.deactivate();
      });
      client.publish({ destination: "/topic/a", body: "Hi" });
    };
    client.onDisconnect = () => {
      met.push("closed");
      setImmediate(done);
    };
    client.activate();
  },
  async "ocpp-rpc"(protocol = "ocpp1.6", boot = { chargePointModel: "m", chargePointVendor: "v" }) {
    const { RPCClient } = require("ocpp-rpc");
    const client = new RPCClient({ endpoint: base.replace("http", "ws") + "/ocpp", identity: "CP001", protocols: [protocol], reconnect: false });
    await client.connect();
    met.push(`connected with ${client.protocol}`, (await client.call("BootNotification", boot)).status);
    await client.call("Heartbeat", {});
    met.push("beat");
    await client.close();
    met.push("closed");
    done();
  },
  "ocpp-rpc-2.0.1": () => clients["ocpp-rpc"]("ocpp2.0.1", { reason: "PowerUp", chargingStation: { model: "m", vendorName: "v" } }),
  phoenix() {
    const { Socket } = require("phoenix");
    const socket = new Socket(base.replace("http", "ws") + "/socket", { transport: require("ws") });
    socket.onError(failed);
    socket.connect();
    const channel = socket.channel("room:lobby", {});
    channel.on("new_msg", (payload) => {
      met.push(`echoed ${payload.body}`);
      channel.leave().receive("ok", () =>
        socket.disconnect(() => {
          met.push("closed");
          done();
        }));
    });
    channel.join().receive("error", failed).receive("ok", () => {
      met.push("joined");
      channel.push("new_msg", { body: "Hi" });
    });
  },
  async signalr() {
    const { HubConnectionBuilder, HttpTransportType, LogLevel } = require("@microsoft/signalr");
    const hub = new HubConnectionBuilder()
      .withUrl(base + "/hub", { skipNegotiation: true, transport: HttpTransportType.WebSockets })
      .configureLogging(LogLevel.Error)
      .build();
    await hub.start();
    met.push("shook hands", `1 + 2 = ${await hub.invoke("Add", 1, 2)}`);
    await hub.stop();
    met.push("closed");
    done();
  },
  "mqtt-5": () => clients.mqtt(5),
};
setTimeout(() => failed("nothing came any more"), 20000).unref();
Promise.resolve(clients[name]()).catch(failed);

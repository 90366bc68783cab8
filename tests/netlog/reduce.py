#!/usr/bin/env python3
"""Makes a small fixture of a net log: reduce.py LOG OUT URL-PART...

Keeps the events of the WebSocket requests whose URL holds one of the parts, with all that the log links to them, the constants
that their numbers need, and of the rest nothing. Command line and machine are replaced. What is read of an event is kept as it
was written; events keep their lines.
"""
import json
import pathlib
import sys

# What is read, and nothing else; links besides.
READ = {"REQUEST_ALIVE", "HTTP_TRANSACTION_SEND_REQUEST_HEADERS", "HTTP_TRANSACTION_HTTP2_SEND_REQUEST_HEADERS",
        "HTTP_TRANSACTION_READ_RESPONSE_HEADERS", "WEBSOCKET_UPGRADE_FAILURE", "WEBSOCKET_SENT_FRAME_HEADER",
        "WEBSOCKET_RECV_FRAME_HEADER", "WEBSOCKET_INVALID_FRAME", "WEBSOCKET_CLOSE_TIMEOUT", "SOCKET_ALIVE", "TCP_CONNECT",
        "TCP_CONNECT_ATTEMPT", "SOCKET_BYTES_SENT", "SOCKET_BYTES_RECEIVED", "SOCKET_READ_ERROR", "SOCKET_WRITE_ERROR",
        "SSL_CONNECT", "SSL_SOCKET_BYTES_SENT", "SSL_SOCKET_BYTES_RECEIVED", "SSL_ALERT_RECEIVED", "SSL_READ_ERROR",
        "HTTP_TRANSACTION_TUNNEL_SEND_REQUEST", "HTTP_TRANSACTION_READ_TUNNEL_RESPONSE_HEADERS",
        "HTTP_TRANSACTION_TUNNEL_READ_HEADERS", "SOCKS_CONNECT", "SOCKS5_CONNECT"}
LONG = ("CERT_", "HOST_RESOLVER", "DNS_", "UDP_")


def main():
    log, out, *parts = sys.argv[1:]
    whole = json.loads(pathlib.Path(log).read_text(encoding="utf-8"))
    constants = whole["constants"]
    types = {number: name for name, number in constants["logEventTypes"].items()}
    requests = {number for name, number in constants["logSourceType"].items() if name == "URL_REQUEST"}
    wanted, links = set(), {}
    for event in whole["events"]:
        params, source = event.get("params", {}), event["source"]
        if source["type"] in requests and any(part in params.get("url", "") for part in parts):
            wanted.add(source["id"])
        other = params.get("source_dependency", {}).get("id")
        if other is not None:
            links.setdefault(source["id"], set()).add(other)
    encrypted = {event["source"]["id"] for event in whole["events"] if types[event["type"]].startswith("SSL_SOCKET_BYTES")}
    for _ in range(8):
        wanted |= {other for source in wanted for other in links.get(source, ())}
    events = [event for event in whole["events"]
              if event["source"]["id"] in wanted and not types[event["type"]].startswith(LONG)
              and (types[event["type"]] in READ or "source_dependency" in event.get("params", {}))]
    for event in events:  # what TLS carried stands in the decrypted events too
        if types[event["type"]].startswith("SOCKET_BYTES") and event["source"]["id"] in encrypted:
            event["params"].pop("bytes", None)
    numbers = {event["type"] for event in events}
    sources = {event["source"]["type"] for event in events}
    errors = {event.get("params", {}).get("net_error") for event in events}
    short = {
        "clientInfo": {"name": constants["clientInfo"]["name"], "version": constants["clientInfo"]["version"]},
        "logCaptureMode": constants.get("logCaptureMode"),
        "logEventPhase": constants["logEventPhase"],
        "logEventTypes": {name: number for name, number in constants["logEventTypes"].items() if number in numbers},
        "logFormatVersion": constants["logFormatVersion"],
        "logSourceType": {name: number for name, number in constants["logSourceType"].items() if number in sources},
        "netError": {name: number for name, number in constants["netError"].items() if number in errors},
        "timeTickOffset": constants["timeTickOffset"],
    }
    compact = {"separators": (",", ":")}
    with open(out, "w", encoding="utf-8") as file:
        file.write('{"constants":' + json.dumps(short, **compact) + ',\n"events": [\n')
        file.write(",\n".join(json.dumps(event, **compact) for event in events))
        file.write("],\n\"polledData\": {}}\n")


if __name__ == "__main__":
    main()

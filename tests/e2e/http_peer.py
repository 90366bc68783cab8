#!/usr/bin/python3
"""An HTTP server that plays a list of answers, one a request, the last one again and again.

usage: http_peer.py ANSWERS [--tls PREFIX [--nameless]] [--requests FILE]

ANSWERS is a JSON list of objects: status, headers, json or body, "end": "silent" (no answer), "cut" (FIN before an answer),
"short" (less body than promised), "reset". --tls writes PREFIX.pem, which is its own issuer, and serves by TLS; --nameless: it has no subjectAltName. --requests
appends each request as a line of JSON. Prints "listening on http://127.0.0.1:PORT" first.
"""
import argparse
import json
import os
import socket
import socketserver
import ssl
import struct
import subprocess

REASONS = {200: "OK", 201: "Created", 204: "No Content", 301: "Moved Permanently", 400: "Bad Request", 401: "Unauthorized",
           403: "Forbidden", 404: "Not Found", 415: "Unsupported Media Type", 429: "Too Many Requests",
           500: "Internal Server Error", 503: "Service Unavailable"}


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        request = self.read()
        if request is None:
            return
        if self.server.requests:
            with open(self.server.requests, "a", encoding="utf-8") as file:
                file.write(json.dumps(request) + "\n")
        answers = self.server.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        end = answer.get("end")
        if end == "silent":
            self.rfile.read()
        elif end == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())
        elif end != "cut":
            self.answer(answer, short=end == "short")

    def read(self):
        line = self.rfile.readline().decode().strip()
        if not line:
            return None
        headers = {}
        while (field := self.rfile.readline().decode().strip()):
            name, _, value = field.partition(":")
            headers[name.lower()] = value.strip()
        body = self.rfile.read(int(headers.get("content-length", 0))).decode()
        return {"line": line, "headers": headers, "body": body}

    def answer(self, answer, short):
        body = json.dumps(answer["json"]) if "json" in answer else answer.get("body", "")
        headers = {"Content-Type": "application/json" if "json" in answer else "text/plain",
                   "Content-Length": str(len(body.encode()) + (10 if short else 0)), **answer.get("headers", {})}
        status = answer.get("status", 200)
        head = f"HTTP/1.1 {status} {REASONS[status]}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.wfile.write((head + "\r\n" + body).encode())


class Server(socketserver.ThreadingTCPServer):
    daemon_threads, allow_reuse_address = True, True

    def __init__(self, answers, requests, context):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.requests, self.context = answers, requests, context

    def get_request(self):
        connection, address = super().get_request()
        if self.context:
            connection = self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request, client_address):
        pass  # the client went, as a case may want


def tls(prefix, nameless):
    names = [] if nameless else ["-addext", "subjectAltName=DNS:localhost,DNS:api.test,IP:127.0.0.1"]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                    "/CN=api.test" if nameless else "/CN=localhost", *names, "-keyout", prefix + ".key", "-out", prefix + ".pem"],
                   check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(prefix + ".pem", prefix + ".key")
    return context


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("answers", type=json.loads)
    parser.add_argument("--tls")
    parser.add_argument("--nameless", action="store_true")
    parser.add_argument("--requests")
    given = parser.parse_args()
    with Server(given.answers, given.requests, tls(given.tls, given.nameless) if given.tls else None) as server:
        print(f"listening on http{'s' if given.tls else ''}://127.0.0.1:{server.server_address[1]}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()

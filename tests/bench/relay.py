#!/usr/bin/python3
"""What a relay costs: `whydrop proxy` against nginx and mitmdump on the same path, all on one core.

relay.py WHYDROP [--sessions N]: prints a row each of the added time of a 200-byte echo (median), of messages a second in a flood, and
of memory for a session that is open. Not a part of CI: times of a busy machine say nothing.
"""
import argparse
import contextlib
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

REQUEST = (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
ANSWER = (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
ASKED = b"\x81\xfe\x00\xc8\x00\x00\x00\x00" + b"x" * 200
ECHOED = b"\x81\x7e\x00\xc8" + b"x" * 200
ROUNDS, FLOOD = 3000, 300_000
NGINX = """daemon off; master_process off; pid {tmp}/pid; error_log {tmp}/log;
events {{ worker_connections 4096; }}
http {{ access_log off; client_body_temp_path {tmp}; proxy_temp_path {tmp}; fastcgi_temp_path {tmp}; uwsgi_temp_path {tmp};
scgi_temp_path {tmp}; server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{to}; proxy_http_version 1.1;
proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }} }} }}"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def upgraded(connection, head=b""):
    while not head.endswith(b"\r\n\r\n"):
        head += connection.recv(1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class Server:
    """Answers each 208 bytes with 204; a client that says so first is flooded."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            threading.Thread(target=self.serve, args=(self.listener.accept()[0],), daemon=True).start()

    @staticmethod
    def serve(connection):
        with contextlib.suppress(OSError), connection:
            upgraded(connection)
            connection.sendall(ANSWER)
            while first := connection.recv(len(ASKED)):
                if first == b"\x82\x80\0\0\0\0":
                    for _ in range(FLOOD // 100):
                        connection.sendall(ECHOED * 100)
                else:
                    connection.sendall(ECHOED)


def opened(port):
    client = socket.create_connection(("127.0.0.1", port), 20)
    client.sendall(REQUEST)
    upgraded(client)
    return client


def echo_us(port):
    times = []
    with opened(port) as client:
        for _ in range(ROUNDS):
            began = time.perf_counter()
            client.sendall(ASKED)
            got = 0
            while got < len(ECHOED):
                got += len(client.recv(4096))
            times.append(time.perf_counter() - began)
    return statistics.median(times) * 1e6


def flood_per_s(port):
    with opened(port) as client:
        began, left = time.perf_counter(), FLOOD * len(ECHOED)
        client.sendall(b"\x82\x80\0\0\0\0")
        while left > 0:
            left -= len(client.recv(1 << 18))
        return FLOOD / (time.perf_counter() - began)


def resident_kib(process):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii"))[1])


def session_kib(process, port, sessions):
    before = resident_kib(process)
    clients = [opened(port) for _ in range(sessions)]
    for client in clients:
        client.sendall(ASKED)
        client.recv(4096)
    each = (resident_kib(process) - before) / sessions
    for client in clients:
        client.close()
    return each


def started(name, command, port):
    process = subprocess.Popen(["taskset", "-c", "0", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return process
        time.sleep(0.05)
    raise OSError(f"{name} does not listen")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("whydrop")
    parser.add_argument("--sessions", type=int, default=300)
    given = parser.parse_args()
    os.sched_setaffinity(0, {0})
    server = Server()
    direct = echo_us(server.port)
    print(f"{'path':<28}{'echo, added':>14}{'flood':>14}{'a session':>12}")
    print(f"{'direct':<28}{direct:>11.0f} us{flood_per_s(server.port):>12.0f}/s")
    with tempfile.TemporaryDirectory() as tmp:
        relay = [given.whydrop, "proxy", "--to", f"ws://127.0.0.1:{server.port}", "--output", "summary", "--max-conns", "5000"]
        rows = {"nginx": lambda port: ["nginx", "-c", f"{tmp}/nginx.conf", "-p", tmp, "-e", f"{tmp}/log"],
                "whydrop": lambda port: [*relay, "--listen", str(port)],
                "whydrop, with a capture": lambda port: [*relay, "--listen", str(port), "--capture", f"{tmp}/run.ndjson"],
                "mitmdump": lambda port: ["mitmdump", "-q", "--mode", f"reverse:http://127.0.0.1:{server.port}", "-p", str(port)]}
        for name, command in rows.items():
            port = free_port()
            pathlib.Path(tmp, "nginx.conf").write_text(NGINX.format(tmp=tmp, port=port, to=server.port), encoding="ascii")
            if shutil.which(command(port)[0]) is None:
                continue
            process = started(name, command(port), port)
            try:
                print(f"{name:<28}{echo_us(port) - direct:>11.0f} us", end="", flush=True)
                print(f"{flood_per_s(port):>12.0f}/s", end="", flush=True)
                print(f"{session_kib(process, port, given.sessions):>8.0f} KiB")
            except TimeoutError:
                print("  nothing more came for 20 s")
            finally:
                process.kill()
                process.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())

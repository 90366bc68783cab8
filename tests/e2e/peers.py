"""The peers that a case can ask for. Each is a process that prints "listening on URL" first."""
import json
import os
import pathlib
import re
import socket
import subprocess
import time

INTEROP = pathlib.Path(__file__).resolve().parent.parent / "interop" / "peers"
NGINX = """
daemon off; master_process off; pid {tmp}/nginx.pid; error_log {tmp}/nginx.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {tmp}; proxy_temp_path {tmp}; fastcgi_temp_path {tmp}; uwsgi_temp_path {tmp}; scgi_temp_path {tmp};
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{upstream}; proxy_http_version 1.1; proxy_read_timeout 2s;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
    }}
    location /missing {{ return 404; }}
    location /plain {{ proxy_pass http://127.0.0.1:{upstream}; proxy_http_version 1.1; }}
  }}
}}
"""
TINYPROXY = "Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 10\nDisableViaHeader Yes\n"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_port(port, process):
    """Waits until the port answers; a program that cannot announce itself leaves no other way to know."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.01)
    raise OSError(f"no one listens on port {port}")


class Stage:
    """All peers of one case; ends them when the case is over."""

    def __init__(self, whydrop, tmp, env):
        self.whydrop, self.tmp, self.env, self.processes = whydrop, tmp, env, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.kill()
        for process in self.processes:
            process.wait()
            if process.stdout:
                process.stdout.close()

    def spawn(self, command, **more):
        process = subprocess.Popen(command, env=self.env, cwd=self.tmp, stdin=subprocess.DEVNULL, **more)
        self.processes.append(process)
        return process

    def announced(self, command):
        process = self.spawn(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        line = process.stdout.readline().decode()
        found = re.fullmatch(r"listening on ((?:ws|http)s?://\S+:(\d+))\n", line)
        if not found:
            raise OSError(f"{command[0]} {command[1]} did not announce itself: {line!r}")
        return {"url": found[1], "port": found[2]}

    def quiet(self, command, port):
        process = self.spawn(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        await_port(port, process)

    def start(self, peer):
        """Starts what `peer` names (see README.md) and returns the placeholders that it gives."""
        places = {}
        for kind, arguments in (peer or {}).items():
            places.update(getattr(self, "start_" + kind)(arguments, places))
        return places

    def start_rehearse(self, arguments, _):
        return {"ca": self.tmp + "/ca.pem", **self.announced(
            [self.whydrop, "rehearse", "--write-ca", self.tmp + "/ca.pem"] + arguments)}

    def start_raw(self, arguments, _):
        return self.announced(["/usr/bin/python3", str(INTEROP / "raw_server.py")] + self.certified(arguments))

    def start_websockets(self, arguments, _):
        return self.announced(["/usr/bin/python3", str(INTEROP / "websockets_server.py")] + self.certified(arguments))

    def start_node(self, arguments, _):
        return self.announced(["node", str(INTEROP / "ws_server.js")] + self.certified(arguments))

    def start_http(self, arguments, _):
        """`arguments`: a list of answers (see http_peer.py), or an object of them with "tls": true."""
        given = arguments if isinstance(arguments, dict) else {"answers": arguments}
        more = (["--tls", self.tmp + "/peer"] if given.get("tls") else []) + (["--nameless"] if given.get("nameless") else [])
        return {"ca": self.tmp + "/peer.pem", **self.announced(
            ["/usr/bin/python3", str(INTEROP.parent.parent / "e2e" / "http_peer.py"), json.dumps(given["answers"]),
             "--requests", self.tmp + "/requests.ndjson"] + more)}

    def start_unused_port(self, _, __):
        port = str(free_port())
        return {"port": port, "url": "ws://127.0.0.1:" + port}

    def start_nginx(self, _, places):
        port, config = free_port(), pathlib.Path(self.tmp, "nginx.conf")
        config.write_text(NGINX.format(tmp=self.tmp, port=port, upstream=places.get("port", free_port())), encoding="utf-8")
        self.quiet(["nginx", "-c", str(config), "-p", self.tmp, "-e", self.tmp + "/nginx.log"], port)
        return {"port": str(port), "url": f"ws://127.0.0.1:{port}"}

    def start_tinyproxy(self, _, __):
        port, config = free_port(), pathlib.Path(self.tmp, "tinyproxy.conf")
        config.write_text(TINYPROXY.format(port=port), encoding="utf-8")
        self.quiet(["tinyproxy", "-d", "-c", str(config)], port)
        return {"proxy": str(port)}

    def start_microsocks(self, arguments, _):
        port = free_port()
        self.quiet(["microsocks", "-i", "127.0.0.1", "-p", str(port)] + arguments, port)
        return {"proxy": str(port)}

    def certified(self, arguments):
        """Gives a peer that speaks TLS a certificate of its own."""
        if "--tls" not in arguments:
            return arguments
        key, certificate = self.tmp + "/key.pem", self.tmp + "/cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True, env=os.environ)
        return arguments + ["--cert", certificate, "--key", key]

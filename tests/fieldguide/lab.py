"""The software that is measured: where it is from, how it is built and started. All of it listens on loopback only."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
PEERS = HERE / "peers"
NODE_PACKAGES = json.loads((HERE / "packages.json").read_text(encoding="utf-8"))["npm"]
DEBIAN_PACKAGES = json.loads((HERE / "packages.json").read_text(encoding="utf-8"))["debian"]


class Skip(Exception):
    """Something that a trial needs is not here; says what."""


def silent(command, log):
    """What to raise of a program that does not listen; it is a skip where a Python module is not installed."""
    says = pathlib.Path(log).read_text(encoding="utf-8", errors="replace")[-600:].strip()
    if "ModuleNotFoundError" in says:
        return Skip(says.splitlines()[-1])
    return RuntimeError(f"{command[:3]} did not listen: {says}")


def free_port():
    with contextlib.closing(socket.socket()) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def deaf_port():
    """A port that takes connections and never answers, for as long as the program runs."""
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen(64)
    deaf_port.kept.append(s)
    return s.getsockname()[1]


deaf_port.kept = []


def cutting_port(reset=False):
    """A port that reads a request and ends the connection without an answer."""
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen(64)

    def serve():
        while True:
            peer, _ = s.accept()
            peer.recv(65536)
            if reset:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            peer.close()
    threading.Thread(target=serve, daemon=True).start()
    return s.getsockname()[1]


class Lab:
    """A temporary folder with what is installed there, and the processes that run in it."""

    def __init__(self, folder, install):
        self.own = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="fieldguide-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.install = install
        self.processes = []
        self.lock = threading.Lock()
        self.kept = {}

    # -- installing
    def version(self, package):
        """The installed version of a Debian package, or None."""
        done = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Version}", package], capture_output=True, text=True,
                              check=False)
        return done.stdout.split()[-1] if done.returncode == 0 and done.stdout.startswith("ii") else None

    def prepare(self):
        missing = [p for p in DEBIAN_PACKAGES if self.version(p) is None]
        if missing and self.install:
            subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], check=False,
                           env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}, stdout=subprocess.DEVNULL)
        node = self.folder / "npm"
        node.mkdir(exist_ok=True)
        wanted = {"private": True, "dependencies": NODE_PACKAGES}
        if not (node / "package.json").exists() or json.loads((node / "package.json").read_text()) != wanted:
            (node / "package.json").write_text(json.dumps(wanted))
            subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--legacy-peer-deps", "--silent"], cwd=node, check=True)

    def script(self, name):
        """A peer's path beside node_modules, where `import` finds them."""
        return self.shared("script " + name, lambda: shutil.copy(PEERS / name, str(self.folder / "npm" / name)))

    def module(self, name):
        path = self.folder / "npm/node_modules" / name
        if not path.exists():
            raise Skip(f"npm package {name} is not installed")
        return path

    # -- running
    def run(self, command, **options):
        """Starts a program that prints "listening PORT"; returns (process, port)."""
        log = (self.folder / f"log-{len(self.processes)}.txt").open("wb")
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.PIPE, start_new_session=True,
                                   env={**os.environ, "NODE_PATH": str(self.folder / "npm/node_modules"), "HOME": str(self.folder)},
                                   **options)
        self.processes.append(process)
        for line in process.stdout:
            if line.startswith(b"listening"):
                return process, int(line.split()[1])
        raise silent(command, log.name)

    def daemon(self, command, port, **options):
        """Starts a program that listens on `port`; returns (process, port) when it does."""
        if shutil.which(command[0]) is None:
            raise Skip(f"{command[0]} is not installed")
        log = (self.folder / f"log-{len(self.processes)}.txt").open("wb")
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
                                   **{"env": {**os.environ, "HOME": str(self.folder)}, **options})
        self.processes.append(process)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return process, port
            if process.poll() is not None:
                break
            time.sleep(0.05)
        raise silent(command, log.name)

    def shared(self, key, start):
        """What start() gives, once for all trials that ask for `key`."""
        with self.lock:
            if key not in self.kept:
                self.kept[key] = (threading.Lock(), [])
        lock, made = self.kept[key]
        with lock:
            if not made:
                try:
                    made.append(start())
                except Exception as error:  # pylint: disable=broad-except
                    made.append(error)
        if isinstance(made[0], Exception):
            raise made[0]
        return made[0]

    def file(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return str(path)

    def end(self):
        """Ends all that was started; a folder of its own goes, too."""
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        for process in self.processes:
            process.wait()
        if self.own:
            shutil.rmtree(self.folder, ignore_errors=True)

    # -- peers
    def node(self, name, *args):
        return self.run(["node", self.script("servers.js"), name, *map(str, args)])

    def python(self, name, *args):
        port = free_port()
        return self.daemon(["/usr/bin/python3", str(PEERS / "servers.py"), name, str(port), *map(str, args)], port)

    def built(self, name, command, sources=()):
        """Compiles a peer once."""
        def build():
            out = self.folder / name
            done = subprocess.run([*command, "-o", str(out), *sources], capture_output=True, text=True, check=False,
                                  env={**os.environ, "HOME": str(self.folder), "GOPATH": "/usr/share/gocode", "GO111MODULE": "off",
                                       "GOFLAGS": "", "GOCACHE": str(self.folder / "gocache")})
            if done.returncode:
                raise Skip(f"{name} could not be built: {done.stderr[:300]}")
            return str(out)
        return self.shared("built " + name, build)

    def qt(self):
        flags = ["-fPIC", "-std=c++17", "-I/usr/include/x86_64-linux-gnu/qt5", "-I/usr/include/x86_64-linux-gnu/qt5/QtCore",
                 "-I/usr/include/x86_64-linux-gnu/qt5/QtNetwork", "-I/usr/include/x86_64-linux-gnu/qt5/QtWebSockets"]
        program = self.built("qt", ["g++", str(PEERS / "qt.cpp"), *flags, "-lQt5WebSockets", "-lQt5Network", "-lQt5Core"])
        return self.run([program])

    def go(self):
        if shutil.which("go") is None:
            raise Skip("go is not installed")
        return self.run([self.built("gorilla", ["go", "build"], [str(PEERS / "gorilla.go")])])

    def dial(self):
        if shutil.which("go") is None:
            raise Skip("go is not installed")
        return self.built("dial", ["go", "build"], [str(PEERS / "dial.go")])

    def java(self):
        """The command that runs a class of peers/."""
        jars = pathlib.Path("/usr/share/tomcat10/lib")
        if not jars.exists() or shutil.which("javac") is None:
            raise Skip("tomcat10 or javac is not installed")
        path = f"{jars}/*:/usr/share/tomcat10/bin/*:/usr/share/java/*"
        classes = self.folder / "classes"

        def build():
            done = subprocess.run(["javac", "-cp", path, "-d", str(classes), *map(str, PEERS.glob("*.java"))], capture_output=True,
                                  text=True, check=False)
            if done.returncode:
                raise Skip(f"the peers in Java could not be built: {done.stderr[:300]}")
        self.shared("built java", build)
        return ["java", "-cp", f"{classes}:{path}"]

    def tomcat(self):
        return self.run([*self.java(), "Main"])

    def jetty(self):
        """Jetty 9.4 from its source file: its jars are not there where tomcat's are."""
        if not pathlib.Path("/usr/share/java/jetty9-websocket-server.jar").exists() or shutil.which("javac") is None:
            raise Skip("jetty9's WebSocket jars or javac are not installed")
        return self.run(["java", "-cp", "/usr/share/java/*", str(PEERS / "jetty/Jetty.java")])

    # -- intermediaries, in front of a backend's port
    def nghttpx(self, backend, *options):
        port = free_port()
        return self.daemon(["nghttpx", f"--frontend=127.0.0.1,{port};no-tls", f"--backend=127.0.0.1,{backend}", "--workers=1",
                            "--conf=/dev/null", "--errorlog-file=/dev/null", *options], port)

    def h2o(self, backend, extra=""):
        port = free_port()
        config = self.file(f"h2o-{port}.conf", f"""listen: {{host: 127.0.0.1, port: {port}}}
hosts:
  default:
    paths:
      /:
        proxy.reverse.url: http://127.0.0.1:{backend}/
        proxy.websocket: ON
{extra}
""")
        return self.daemon(["h2o", "-c", config], port)

    def lighttpd(self, backend, extra=""):
        port = free_port()
        config = self.file(f"lighttpd-{port}.conf", f"""server.document-root = "{self.folder}"
server.bind = "127.0.0.1"
server.port = {port}
server.modules = ("mod_proxy")
proxy.server = ("" => (("host" => "127.0.0.1", "port" => {backend})))
proxy.header = ("upgrade" => "enable")
{extra}
""")
        return self.daemon(["lighttpd", "-D", "-f", config], port)

    def nginx(self, backend, extra=""):
        port = free_port()
        folder = self.folder / f"nginx-{port}"
        folder.mkdir()
        temp = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        config = self.file(f"nginx-{port}.conf", f"""daemon off; pid {folder}/pid; error_log stderr; worker_processes 1; user root;
events {{}}
http {{ access_log off; {temp} {extra}
  server {{ listen 127.0.0.1:{port};
    location / {{ proxy_pass http://127.0.0.1:{backend}; proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }}
    location /plain/ {{ proxy_pass http://127.0.0.1:{backend}; }} }} }}
""")
        return self.daemon(["nginx", "-c", config, "-p", str(folder)], port)

    def haproxy(self, backend, tunnel=""):
        port = free_port()
        config = self.file(f"haproxy-{port}.cfg", f"""global
  maxconn 100
defaults
  mode http
  timeout connect 2s
  timeout client 4s
  timeout server 4s
  {tunnel}
frontend f
  bind 127.0.0.1:{port}
  default_backend b
backend b
  server s 127.0.0.1:{backend}
""")
        return self.daemon(["haproxy", "-db", "-f", config], port)

    def apache(self, backend, extra=""):
        port = free_port()
        folder = self.folder / f"apache-{port}"
        folder.mkdir()
        modules = "".join(f"LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so\n"
                          for m in ("mpm_event", "authz_core", "proxy", "proxy_http", "proxy_wstunnel"))
        config = self.file(f"apache-{port}.conf", f"""{modules}
ServerRoot {folder}
ServerName localhost
PidFile {folder}/pid
Listen 127.0.0.1:{port}
ErrorLog {folder}/error.log
User www-data
Group www-data
ProxyPass / ws://127.0.0.1:{backend}/
{extra}
""")
        return self.daemon(["apache2", "-DFOREGROUND", "-f", config], port)

    def trafficserver(self, backend):
        port = free_port()
        folder = self.folder / f"ats-{port}"
        for name in ("etc", "var/run", "var/log", "var/cache"):
            (folder / name).mkdir(parents=True)
        for path in pathlib.Path("/etc/trafficserver").glob("*"):
            if path.is_file():
                shutil.copy(path, folder / "etc")
        (folder / "etc/records.config").write_text(f"""CONFIG proxy.config.http.server_ports STRING {port}:ip-in=127.0.0.1
CONFIG proxy.config.websocket.no_activity_timeout INT 10
CONFIG proxy.config.http.cache.http INT 0
CONFIG proxy.config.admin.user_id STRING #-1
CONFIG proxy.config.http.insert_request_via_str INT 1
CONFIG proxy.config.http.connect_attempts_max_retries INT 0
""")
        (folder / "etc/remap.config").write_text(f"map ws://127.0.0.1:{port}/ ws://127.0.0.1:{backend}/\n"
                                                 f"map http://127.0.0.1:{port}/ http://127.0.0.1:{backend}/\n")
        (folder / "etc/storage.config").write_text(f"{folder}/var/cache 16M\n")
        (folder / "runroot.yaml").write_text(f"""prefix: /usr
exec_prefix: /usr
bindir: /usr/bin
sbindir: /usr/sbin
sysconfdir: {folder}/etc
datadir: /usr/share/trafficserver
libdir: /usr/lib
localstatedir: {folder}/var
runtimedir: {folder}/var/run
logdir: {folder}/var/log
cachedir: {folder}/var/cache
""")
        subprocess.run(["chmod", "-R", "a+rwX", str(folder)], check=True)
        return self.daemon(["traffic_server", f"--run-root={folder}/runroot.yaml"], port)

    def varnish(self, backend, *options):
        port = free_port()
        vcl = self.file(f"varnish-{port}.vcl", f"""vcl 4.1;
backend default {{ .host = "127.0.0.1"; .port = "{backend}"; }}
sub vcl_recv {{ if (req.http.upgrade ~ "(?i)websocket") {{ return (pipe); }} }}
sub vcl_pipe {{ if (req.http.upgrade) {{ set bereq.http.upgrade = req.http.upgrade; set bereq.http.connection = req.http.connection; }} }}
""")
        return self.daemon(["varnishd", "-F", "-a", f"127.0.0.1:{port}", "-f", vcl, "-n", str(self.folder / f"varnish-{port}"),
                            "-s", "malloc,8m", *options], port)

    def squid(self, backend):
        port = free_port()
        folder = self.folder / f"squid-{port}"
        folder.mkdir()
        folder.chmod(0o777)
        config = self.file(f"squid-{port}.conf", f"""http_port 127.0.0.1:{port} accel defaultsite=127.0.0.1
cache_peer 127.0.0.1 parent {backend} 0 no-query originserver name=b
http_access allow all
pid_filename {folder}/pid
access_log none
cache_log {folder}/cache.log
cache deny all
shutdown_lifetime 0 seconds
""")
        return self.daemon(["squid", "-N", "-f", config], port)

    def caddy(self, backend):
        """(process, port, what reloads it)."""
        port, admin = free_port(), free_port()
        config = self.file(f"Caddyfile-{port}", f"""{{
	admin 127.0.0.1:{admin}
	auto_https off
}}
http://127.0.0.1:{port} {{
	reverse_proxy 127.0.0.1:{backend}
}}
""")
        process, port = self.daemon(["caddy", "run", "--config", config, "--adapter", "caddyfile"], port)
        return process, port, lambda: subprocess.run(
            ["caddy", "reload", "--force", "--config", config, "--adapter", "caddyfile", "--address", f"127.0.0.1:{admin}"],
            check=True, capture_output=True, env={**os.environ, "HOME": str(self.folder)})

    def stunnel(self, backend):
        port = free_port()
        key, certificate = self.folder / f"stunnel-{port}.key", self.folder / f"stunnel-{port}.crt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                        "-subj", "/CN=localhost"], check=True, capture_output=True)
        config = self.file(f"stunnel-{port}.conf", f"""foreground = yes
pid =
[websocket]
accept = 127.0.0.1:{port}
connect = 127.0.0.1:{backend}
key = {key}
cert = {certificate}
""")
        return self.daemon(["stunnel4", config], port)

    def mitmproxy(self, backend):
        port = free_port()
        return self.daemon(["mitmdump", "-q", "--mode", f"reverse:http://127.0.0.1:{backend}", "--listen-host", "127.0.0.1",
                            "-p", str(port), "--set", f"confdir={self.folder}/mitmproxy"], port)

    # -- servers of a protocol of their own
    def nats(self, extra=""):
        port = free_port()
        config = self.file(f"nats-{port}.conf", f"""listen: "127.0.0.1:{free_port()}"
websocket {{ listen: "127.0.0.1:{port}", no_tls: true }}
{extra}
""")
        return self.daemon(["nats-server", "-c", config], port)

    def rabbitmq(self):
        """Its port of Web MQTT. It has a name server of Erlang's of its own: the usual one would outlive the lab."""
        names, port = free_port(), free_port()
        folder = self.folder / f"rabbitmq-{port}"
        folder.mkdir()
        config = self.file(f"{folder.name}/rabbitmq.conf", f"""listeners.tcp.local = 127.0.0.1:{free_port()}
mqtt.listeners.tcp.1 = 127.0.0.1:{free_port()}
web_mqtt.tcp.ip = 127.0.0.1
web_mqtt.tcp.port = {port}
""")
        plugins = self.file(f"{folder.name}/plugins", "[rabbitmq_web_mqtt].")
        env = {**os.environ, "HOME": str(folder), "ERL_EPMD_PORT": str(names), "ERL_EPMD_ADDRESS": "127.0.0.1",
               "RABBITMQ_DIST_PORT": str(free_port()), "RABBITMQ_NODENAME": f"lab{port}@localhost",
               "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia", "RABBITMQ_LOG_BASE": f"{folder}/log",
               "RABBITMQ_CONFIG_FILE": config, "RABBITMQ_ENABLED_PLUGINS_FILE": plugins}
        self.daemon(["epmd"], names, env=env)
        return self.daemon(["/usr/lib/rabbitmq/bin/rabbitmq-server"], port, env=env)

    def nchan(self):
        port = free_port()
        folder = self.folder / f"nchan-{port}"
        folder.mkdir()
        temp = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        config = self.file(f"nchan-{port}.conf", f"""load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
daemon off; pid {folder}/pid; error_log stderr; worker_processes 1; user root;
events {{}}
http {{ access_log off; {temp}
  server {{ listen 127.0.0.1:{port}; location / {{ nchan_subscriber; nchan_channel_id a; }} }} }}
""")
        if not pathlib.Path("/usr/lib/nginx/modules/ngx_nchan_module.so").exists():
            raise Skip("nchan is not installed")
        return self.daemon(["nginx", "-c", config, "-p", str(folder)], port)

    def cockpit(self):
        port = free_port()
        folder = self.folder / "cockpit"
        folder.mkdir(exist_ok=True)
        return self.daemon(["/usr/lib/cockpit/cockpit-ws", "--no-tls", "--port", str(port), "--address", "127.0.0.1"], port,
                           env={**os.environ, "XDG_CONFIG_DIRS": str(folder)})

    def libwebsockets(self):
        port = free_port()
        return self.daemon(["libwebsockets-test-server", "-p", str(port)], port)

    def mosquitto(self):
        port = free_port()
        config = self.file(f"mosquitto-{port}.conf", f"user root\nlistener {free_port()} 127.0.0.1\nlistener {port} 127.0.0.1\n"
                                                              "protocol websockets\nallow_anonymous true\n")
        return self.daemon(["mosquitto", "-c", config], port)

    def prosody(self):
        """Knows romeo, whose password is secret."""
        port = free_port()
        folder = self.folder / f"prosody-{port}"
        accounts = folder / "localhost/accounts"
        accounts.mkdir(parents=True)
        (accounts / "romeo.dat").write_text('return { ["password"] = "secret"; }', encoding="utf-8")
        for made in (folder, folder / "localhost", accounts):
            made.chmod(0o777)
        config = self.file(f"prosody-{port}.cfg.lua", f"""data_path = "{folder}"
daemonize = false
run_as_root = true
pidfile = "{folder}/pid"
log = {{ error = "*console" }}
authentication = "internal_plain"
allow_unencrypted_plain_auth = true
c2s_require_encryption = false
modules_enabled = {{ "websocket"; "saslauth"; "roster"; "disco"; "ping" }}
modules_disabled = {{ "s2s", "posix" }}
c2s_ports = {{ {free_port()} }}
c2s_interfaces = {{ "127.0.0.1" }}
certificates = "{folder}"
http_ports = {{ {port} }}
http_interfaces = {{ "127.0.0.1" }}
https_ports = {{ }}
consider_websocket_secure = true
cross_domain_websocket = true
VirtualHost "localhost"
""")
        return self.daemon(["prosody", "--config", config, "-F"], port)

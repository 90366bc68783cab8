#!/usr/bin/env bash
# Varnish 7.1.1 (Debian 12) with the documented VCL for WebSockets (return (pipe)): if the backend does not listen, the client
# gets FIN without an HTTP answer. The same backend without the pipe gives 503. Guess before the run: 503 to both.
# Seen:
#   plain GET: refused 503
#   upgrade: fin None
. "$(dirname "$0")/common.sh"
deb varnish 7.1.1-2+deb12u1
port=$(free_port)
cat > "$work/pipe.vcl" << VCL
vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "$(free_port)"; }
sub vcl_recv { if (req.http.upgrade ~ "(?i)websocket") { return (pipe); } }
sub vcl_pipe { if (req.http.upgrade) { set bereq.http.upgrade = req.http.upgrade; set bereq.http.connection = req.http.connection; } }
VCL
chmod 755 "$work"
varnishd -F -a "127.0.0.1:$port" -f "$work/pipe.vcl" -n "$work/varnish" -s malloc,8m > /dev/null 2>&1 &
listening "$port"
see pipe "$port" << 'PY'
import sys
from wire import Wire
for name, upgrade in (("plain GET:", False), ("upgrade:", True)):
    out = Wire(int(sys.argv[1]), "/", upgrade=upgrade).outcome
    print(name, out.ending, out.status)
PY
expect "plain GET: refused 503"
expect "upgrade: fin None"

#!/usr/bin/env bash
# Apache 2.4.71 with mod_proxy_wstunnel (Debian 12): a backend that takes the upgrade request and says nothing gives 502 Proxy
# Error when ProxyTimeout is over, where nginx, HAProxy and nghttpx say 504; so does
# mod_proxy_http for a plain request. Guess before the run: 504 to both.
# Seen:
#   plain GET: 502
#   upgrade: 502
. "$(dirname "$0")/common.sh"
deb apache2 2.4.71-1~deb12u1
port=$(free_port)
silent=$(free_port)
/usr/bin/python3 -c '
import socket, sys, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen()
time.sleep(600)' "$silent" &
for module in mpm_event authz_core proxy proxy_http proxy_wstunnel; do
  echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"
done > "$work/apache.conf"
cat >> "$work/apache.conf" << CONF
ServerRoot $work
ServerName localhost
PidFile $work/pid
Listen 127.0.0.1:$port
ErrorLog $work/error.log
User www-data
Group www-data
ProxyTimeout 3
ProxyPass /socket ws://127.0.0.1:$silent/
ProxyPass / http://127.0.0.1:$silent/
CONF
apache2 -DFOREGROUND -f "$work/apache.conf" > /dev/null 2>&1 &
listening "$silent"
listening "$port"
see silent "$port" << 'PY'
import sys
from wire import Wire
port = int(sys.argv[1])
print("plain GET:", Wire(port, "/", upgrade=False, wait=20).outcome.status)
print("upgrade:", Wire(port, "/socket", wait=20).outcome.status)
PY
expect "plain GET: 502"
expect "upgrade: 502"

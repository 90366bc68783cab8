#!/usr/bin/env bash
# cockpit-ws 287.1 (Debian 12): an upgrade without a login is answered with 101, a message that says "no-session", and Close 1001
# "no-session": "going away", the code of servers that stop. Guess before the run: 401 or 403 in place of the 101, as it answers a
# request without Origin.
# Seen:
#   no login: 101, {"command":"init","problem":"no-session"}, close 1001 'no-session'
#   no Origin: 403
. "$(dirname "$0")/common.sh"
deb cockpit-ws 287.1-0+deb12u3
port=$(free_port)
mkdir -p "$work/etc"
XDG_CONFIG_DIRS=$work/etc /usr/lib/cockpit/cockpit-ws --no-tls --port "$port" --address 127.0.0.1 > /dev/null 2>&1 &
listening "$port"
see login "$port" << 'PY'
import sys
from wire import Wire
port = int(sys.argv[1])
out = Wire(port, "/cockpit/socket", subprotocol="cockpit1", headers={"Origin": f"http://127.0.0.1:{port}"}).until_end(20)
print(f"no login: {out.status}, {out.messages[0].strip()}, {out.ending} {out.code} {out.reason!r}")
print("no Origin:", Wire(port, "/cockpit/socket", subprotocol="cockpit1").outcome.status)
PY
expect "no login: 101, \{\"command\":\"init\",\"problem\":\"no-session\"\}, close 1001 'no-session'"
expect "no Origin: 403"

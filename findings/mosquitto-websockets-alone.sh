#!/usr/bin/env bash
# mosquitto 2.0.11 (Debian 12): a configuration whose only listener is `protocol websockets` does not start. It opens the port,
# says so, and exits with "Unable to start any listening sockets"; a plain MQTT listener beside it mends that.
# Guess before the run: it serves WebSockets, as the manual's example of the option lets one think.
# Seen:
#   alone: exit 1, Unable to start any listening sockets
#   with a second listener: 101
. "$(dirname "$0")/common.sh"
deb mosquitto 2.0.11-1.2+deb12u2
port=$(free_port)
printf 'user root\nlistener %s\nprotocol websockets\nallow_anonymous true\n' "$port" > "$work/alone.conf"
code=0
timeout 20 mosquitto -c "$work/alone.conf" > "$work/log" 2>&1 || code=$?
alone="alone: exit $code, $(grep -o 'Unable to start any listening sockets' "$work/log" || echo 'no such line')"
printf 'listener %s 127.0.0.1\n' "$(free_port)" | cat - "$work/alone.conf" > "$work/both.conf"
mosquitto -c "$work/both.conf" > /dev/null 2>&1 &
listening "$port"
see both "$port" << 'PY'
import sys
from wire import Wire
print("with a second listener:", Wire(int(sys.argv[1]), "/mqtt", subprotocol="mqtt").outcome.status)
PY
expect "with a second listener: 101"
seen=$alone
echo "$seen"
expect "alone: exit 1, Unable to start any listening sockets"

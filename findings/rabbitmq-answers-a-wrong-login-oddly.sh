#!/usr/bin/env bash
# RabbitMQ 3.10.8 (Debian 12) over WebSockets. STOMP: a wrong password gets ERROR, and the session stays open, though STOMP 1.2 has
# the server close it; a second CONNECT with the right one is taken. MQTT: no CONNACK but Close 1002, protocol error, "unauthenticated".
# A DISCONNECT in order is answered by Close 1000 "MQTT died". Guess before the run: ERROR or CONNACK 5, then Close 1000; and 1000
# without a reason.
# Seen:
#   STOMP, wrong password: ERROR, open
#   STOMP, then the right one: CONNECTED, open
#   MQTT, wrong password: no message, close 1002 'unauthenticated'
#   MQTT, DISCONNECT: CONNACK 0, close 1000 'MQTT died'
. "$(dirname "$0")/common.sh"
deb rabbitmq-server 3.10.8-1.1+deb12u1
stomp=$(free_port)
mqtt=$(free_port)
export HOME=$work ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_NODENAME=finding@localhost RABBITMQ_MNESIA_BASE=$work/mnesia \
  RABBITMQ_LOG_BASE=$work/log RABBITMQ_CONFIG_FILE=$work/rabbitmq.conf RABBITMQ_ENABLED_PLUGINS_FILE=$work/plugins
ERL_EPMD_PORT=$(free_port)
RABBITMQ_DIST_PORT=$(free_port)
export ERL_EPMD_PORT RABBITMQ_DIST_PORT
echo '[rabbitmq_web_stomp,rabbitmq_web_mqtt].' > "$work/plugins"
cat > "$work/rabbitmq.conf" << CONF
listeners.tcp.local = 127.0.0.1:$(free_port)
stomp.listeners.tcp.1 = 127.0.0.1:$(free_port)
mqtt.listeners.tcp.1 = 127.0.0.1:$(free_port)
web_stomp.tcp.ip = 127.0.0.1
web_stomp.tcp.port = $stomp
web_mqtt.tcp.ip = 127.0.0.1
web_mqtt.tcp.port = $mqtt
CONF
epmd > /dev/null 2>&1 &
setsid /usr/lib/rabbitmq/bin/rabbitmq-server > /dev/null 2>&1 &
server=$!
trap 'kill -- "-$server" 2> /dev/null || true; kill $(jobs -p) 2> /dev/null || true; sleep 1; rm -rf "$work"' EXIT
listening "$stomp"
listening "$mqtt"
see logins "$stomp" "$mqtt" << 'PY'
import struct
import sys
from wire import Wire
STOMP, MQTT = map(int, sys.argv[1:])


def told(out, word):
    rest = f" {out.code} {out.reason!r}" if out.ending == "close" else ""
    return f"{word(out.messages[-1]) if out.messages else 'no message'}, {out.ending}{rest}"


def connect(password):
    return f"CONNECT\naccept-version:1.2\nhost:/\nlogin:guest\npasscode:{password}\n\n\0"


def mqtt_connect(password):
    fields = [b"MQTT", b"\x04\xc2\x00\x3c", b"a", b"guest", password]  # 3.1.1, user and password, keep alive 60 s
    body = b"".join(field if field[0] == 4 else struct.pack("!H", len(field)) + field for field in fields)
    return bytes([0x10, len(body)]) + body

w = Wire(STOMP, "/ws", subprotocol="v12.stomp")
w.text(connect("wrong"))
print("STOMP, wrong password:", told(w.until_end(5), lambda text: text.split("\n")[0]))
w.outcome.messages = []
w.text(connect("guest"))
print("STOMP, then the right one:", told(w.until_end(5), lambda text: text.split("\n")[0]))
w = Wire(MQTT, "/ws", subprotocol="mqtt")
w.binary(mqtt_connect(b"wrong"))
print("MQTT, wrong password:", told(w.until_end(10), repr))
w = Wire(MQTT, "/ws", subprotocol="mqtt")
w.binary(mqtt_connect(b"guest"))
w.wait_message()
w.binary(b"\xe0\x00")
print("MQTT, DISCONNECT:", told(w.until_end(10), lambda packet: f"CONNACK {ord(packet[3])}"))
PY
expect "STOMP, wrong password: ERROR, open"
expect "STOMP, then the right one: CONNECTED, open"
expect "MQTT, wrong password: no message, close 1002 'unauthenticated'"
expect "MQTT, DISCONNECT: CONNACK 0, close 1000 'MQTT died'"

#!/usr/bin/env bash
# nats-server 2.9.10 (Debian 12): a client that leaves its PING unanswered (ping_max) gets a Close frame with 1006 "Stale Connection".
# RFC 6455 section 7.4.1: 1006 must not be sent. A client that checks codes reports a protocol error of the server, not its own missed
# PONG. A wrong login gets a lawful 1008. Guess before the run: 1008 with "Stale Connection".
# Seen:
#   no PONG: close 1006 'Stale Connection' after "-ERR 'Stale Connection'"
#   wrong login: close 1008 'Authentication Failure'
. "$(dirname "$0")/common.sh"
deb nats-server 2.9.10-1+b3
port=$(free_port)
cat > "$work/nats.conf" << CONF
listen: "127.0.0.1:$(free_port)"
websocket { listen: "127.0.0.1:$port", no_tls: true }
authorization { user: a, password: b }
ping_interval: "2s"
ping_max: 1
CONF
nats-server -c "$work/nats.conf" > /dev/null 2>&1 &
listening "$port"
see stale "$port" << 'PY'
import sys
from wire import Wire


def out(password):
    w = Wire(int(sys.argv[1]), "/")
    w.text(f'CONNECT {{"user":"a","pass":"{password}","verbose":false}}\r\n')
    return w.until_end(30)

stale, wrong = out("b"), out("x")
print(f"no PONG: {stale.ending} {stale.code} {stale.reason!r} after \"{stale.messages[-1].strip()}\"")
print("wrong login:", wrong.ending, wrong.code, repr(wrong.reason))
PY
expect "no PONG: close 1006 'Stale Connection' after \"-ERR 'Stale Connection'\""
expect "wrong login: close 1008 'Authentication Failure'"

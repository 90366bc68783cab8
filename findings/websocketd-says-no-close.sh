#!/usr/bin/env bash
# websocketd 0.4.1 (Debian 12): when the program behind it has ended, even with exit code 0, the session ends with FIN and no
# Close: a browser reports 1006 for a normal end. Guess before the run: Close 1000.
# Seen:
#   fin None ['hello']
. "$(dirname "$0")/common.sh"
deb websocketd 0.4.1-1+b11
port=$(free_port)
websocketd --port="$port" --address=127.0.0.1 sh -c 'echo hello; exit 0' > /dev/null 2>&1 &
listening "$port"
see ends "$port" << 'PY'
import sys
from wire import Wire
out = Wire(int(sys.argv[1]), "/").until_end(10)
print(out.ending, out.code, out.messages)
PY
expect "fin None \['hello'\]"

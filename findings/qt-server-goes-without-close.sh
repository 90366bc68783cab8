#!/usr/bin/env bash
# QtWebSockets 5.15.8 (Debian 12): a QWebSocket that is deleted says Close 1001 "Connection closed"; a QWebSocketServer that is
# deleted takes its sockets along without a Close: FIN. Guess before the run: 1001 in both cases, since the server owns the sockets.
# Seen:
#   socket deleted: close 1001 'Connection closed'
#   server deleted: fin None ''
. "$(dirname "$0")/common.sh"
deb libqt5websockets5-dev 5.15.8-2
qt=/usr/include/$(gcc -print-multiarch)/qt5
g++ -std=c++17 -fPIC -I"$qt" -I"$qt/QtCore" -I"$qt/QtNetwork" -I"$qt/QtWebSockets" "$here/../tests/fieldguide/peers/qt.cpp" \
  -o "$work/peer" -lQt5WebSockets -lQt5Network -lQt5Core
for word in gone stop; do "$work/peer" > "$work/$word" & done
until grep -q listening "$work/gone" && grep -q listening "$work/stop"; do sleep 0.1; done
see goes "$(awk '{print $2}' "$work/gone")" "$(awk '{print $2}' "$work/stop")" << 'PY'
import sys
from wire import Wire
for port, word, name in ((sys.argv[1], "gone", "socket deleted:"), (sys.argv[2], "stop", "server deleted:")):
    w = Wire(int(port), "/")
    w.text(word)
    out = w.until_end(10)
    print(name, out.ending, out.code, repr(out.reason))
PY
expect "socket deleted: close 1001 'Connection closed'"
expect "server deleted: fin None ''"

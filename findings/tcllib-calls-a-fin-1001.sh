#!/usr/bin/env bash
# tcllib 1.21's websocket package (Debian 12): the end of TCP without a Close is told to the handler as a Close, 1001 "Endpoint
# going away", and a Close without a code as 1000 "Normal closure": no code in its log need have come from the server.
# Guess before the run: disconnect alone for the FIN (or 1006), and 1005 for the empty Close.
# Seen:
#   FIN: close {1001 {Endpoint going away}}
#   empty Close: close {1000 {Normal closure}}
. "$(dirname "$0")/common.sh"
deb tcllib 1.21+dfsg-1
cat > "$work/client.tcl" << 'TCL'
package require websocket
proc handler {socket type message} {
  if {$type eq "close"} { puts [list close $message] }
  if {$type in {disconnect error}} { after 100 { set ::over 1 } }
}
websocket::open [lindex $argv 0] handler
after 20000 { set over 1 }
vwait over
TCL
port=$(free_port)
/usr/bin/python3 "$here/lawful_server.py" "$port" &
listening "$port"
see ends "$port" "$work/client.tcl" << 'PY'
import subprocess
import sys
port, client = sys.argv[1:]
for name, path in ("FIN", "fin"), ("empty Close", "empty-close"):
    done = subprocess.run(["tclsh", client, f"ws://127.0.0.1:{port}/{path}"], capture_output=True, text=True, timeout=60, check=True)
    print(f"{name}:", done.stdout.splitlines()[-1])
PY
expect "FIN: close \{1001 \{Endpoint going away\}\}"
expect "empty Close: close \{1000 \{Normal closure\}\}"

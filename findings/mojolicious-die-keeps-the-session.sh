#!/usr/bin/env bash
# Mojolicious 9.31 (Debian 12): a handler that dies does not end the WebSocket. It stays open and deaf: a second message is not
# handled either, and the end comes by the inactivity timeout of 30 s, with FIN and no Close. Guess before the run: 1011 at once.
# Seen:
#   after the exception: fin None after 30 s, messages []
. "$(dirname "$0")/common.sh"
deb libmojolicious-perl 9.31+dfsg-1
cat > "$work/app.pl" << 'PL'
use Mojolicious::Lite -signatures;
app->log->level('fatal');
websocket '/' => sub ($c) {
  $c->on(message => sub ($self, $text) { die "in the handler\n" if $text eq 'raise'; $self->send($text) });
};
app->start;
PL
port=$(free_port)
perl "$work/app.pl" daemon -l "http://127.0.0.1:$port" > /dev/null 2>&1 &
listening "$port"
see dies "$port" << 'PY'
import sys
from wire import Wire
w = Wire(int(sys.argv[1]), "/")
w.text("raise")
w.text("hello")
out = w.until_end(60)
print("after the exception:", out.ending, out.code, "after", round(out.seconds), "s, messages", out.messages)
PY
expect "after the exception: fin None after 3[0-2] s, messages \[\]"

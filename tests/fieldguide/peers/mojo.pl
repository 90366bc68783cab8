# perl mojo.pl daemon -l http://127.0.0.1:PORT
use Mojolicious::Lite -signatures;
app->log->level('fatal');
websocket '/ws' => sub ($c) {
  $c->on(message => sub ($self, $text) { die "in the handler\n" if $text eq 'raise'; $self->send($text) });
};
app->start;

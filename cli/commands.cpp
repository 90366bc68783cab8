#include "cli/commands.hpp"

#include <algorithm>

namespace whydrop::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> all_commands = {
      {"connect",
       "Open a session, log every frame, send lines, and say why it ended",
       "whydrop connect wss://host/path -H 'Authorization: Bearer ...' --capture run.ndjson\n"
       "printf '%s\\n' one two | whydrop connect ws://localhost:8080/ --output messages\n"
       "whydrop connect wss://host/path --for 10m --ping-interval 20s --reconnect 5\n"
       "whydrop connect wss://host/path --ping-sweep 30s,60s,120s\n"
       "whydrop connect --profile genesys-web-messaging --var region=mypurecloud.ie --var deployment_id=ID\n"
       "whydrop connect curl 'https://host/path' -H 'Origin: https://app' --compressed",
       setup_connect,
       true},
      {"send",
       "Send messages, wait for what is expected, and close",
       "whydrop send ws://host/path '{\"type\":\"connect\"}' --expect /type=connected --timeout 5s\n"
       "whydrop send wss://host/path @request.json --output messages\n"
       "whydrop send ws://host/path --binary - < frame.bin\n"
       "whydrop send --profile guest-tutorial --message message --set /text=Hello\n"
       "whydrop send --profile guest-conversations --rehearse=start-before-ack",
       setup_send},
      {"watch",
       "Stay connected for days: a line for each drop with its cause, and what they have in common",
       "whydrop watch wss://host/path --captures drops/ --on-drop 'jq -r .headline | mail -s dropped me@example.com'\n"
       "whydrop watch wss://host/path --execute '{\"type\":\"subscribe\"}' --ping-interval 20s --notify\n"
       "whydrop watch --profile genesys-notifications --var region=mypurecloud.ie --statistics 10m --for 24h",
       setup_watch},
      {"inspect",
       "Read a capture or a browser's HAR: filter it and say why the session ended",
       "whydrop inspect run.ndjson\n"
       "whydrop inspect run.ndjson --only server --grep error --output messages\n"
       "whydrop inspect run.ndjson --since 1m --kind frame,finding --output ndjson\n"
       "whydrop inspect -f run.ndjson\n"
       "whydrop inspect browser.har --output summary",
       setup_inspect},
      {"replay",
       "Repeat what a client did in a recording, and say how it ended this time",
       "whydrop replay run.ndjson\n"
       "whydrop replay run.ndjson --url ws://localhost:9000 --pace 2x --capture again.ndjson --compare\n"
       "whydrop replay run.ndjson --from-seq 12 --to-seq 40 --edit '14:/queueId=other' --raw\n"
       "whydrop replay run.ndjson --plan\n"
       "whydrop replay run.ndjson --count 50 --parallel 8",
       setup_replay},
      {"isolate",
       "Find by experiment the one change that stops a recorded drop, and prove it",
       "whydrop isolate run.ndjson\n"
       "whydrop isolate run.ndjson --url ws://localhost:9000 --budget 500 --parallel 4\n"
       "whydrop isolate run.ndjson --drop code=1006,within=2s --pace 1s --yes",
       setup_isolate},
      {"diff",
       "Compare two sessions: what differs, and what could explain why they ended differently",
       "whydrop diff good.ndjson bad.ndjson\n"
       "whydrop diff widget.har client.ndjson --profile genesys-web-messaging\n"
       "whydrop diff good.ndjson bad.ndjson --output side-by-side --width 160\n"
       "whydrop diff monday.ndjson tuesday.ndjson --ignore '/data/*/score' --strict\n"
       "whydrop diff run.ndjson run.ndjson --conn 1:2",
       setup_diff},
      {"merge",
       "Count the sessions of many recordings together: how they ended, and after which message",
       "whydrop merge drops/*.ndjson\n"
       "whydrop merge host1.ndjson host2.ndjson --profile guest-tutorial",
       setup_merge},
      {"proxy",
       "Stand between a client and its server, change nothing, and say which of them ended a session",
       "whydrop proxy --to wss://api.example.com --listen 127.0.0.1:8080 --rewrite-host --capture run.ndjson\n"
       "whydrop proxy --to ws://localhost:9000 --once --expect-close 1000\n"
       "whydrop proxy --listen 127.0.0.1:8080 --capture run.ndjson\n"
       "whydrop proxy ca --install-hint",
       setup_proxy},
      {"export",
       "Take a recording elsewhere: as a HAR, packets, curl command lines or a check",
       "whydrop export run.ndjson --to har -o run.har\n"
       "whydrop export run.ndjson --to pcapng -o run.pcapng\n"
       "whydrop export browser.har --conn 2 --to curl",
       setup_export},
      {"rehearse",
       "Run a local server that ends sessions in any way you ask for",
       "whydrop rehearse --ending reset --after 2 --port 0\n"
       "whydrop rehearse --status 429 --tls --write-ca ca.pem\n"
       "whydrop rehearse --profile guest-conversations --list\n"
       "whydrop rehearse --profile guest-conversations --scenario start-chat-malformed --port 8080",
       setup_rehearse},
      {"check",
       "Run smoke tests written as files, and report them to a CI server",
       "whydrop check smoke/*.json --report junit:out.xml --jobs 4\n"
       "whydrop check fixtures/checks --rehearse --report tap\n"
       "whydrop check smoke/chat.json --var region=mypurecloud.ie --retry 2 --captures failed/\n"
       "whydrop check --from-capture run.ndjson > smoke/chat.json",
       setup_check},
      {"validate",
       "Check JSON files by a schema or a profile, and say what is wrong with them",
       "whydrop validate --schema order.json 'orders/*.json'\n"
       "whydrop validate --profile guest-conversations --as client:startChat payload.json\n"
       "whydrop validate --schema order.json --output ndjson - < orders.ndjson",
       setup_validate},
      {"profile",
       "Show, check, write or import a profile: what an API expects",
       "whydrop profile list\n"
       "whydrop profile show guest-tutorial\n"
       "whydrop profile new my-api -o my-api.json\n"
       "whydrop profile import asyncapi.yaml -o my-api.json\n"
       "whydrop profile check my-api.json",
       setup_profile},
      {"token",
       "Get a token from an API, show what a token says, or check its signature",
       "whydrop token get --profile genesys-notifications --client-id ID --client-secret @secret.txt\n"
       "whydrop token inspect @token.txt --require-scope guest:write\n"
       "whydrop token verify @token.txt --key @jwks.json",
       setup_token},
      {"session",
       "Make a profile's REST calls that come before the socket, and keep what they return",
       "whydrop session create --profile guest-tutorial --var organization_id=...\n"
       "whydrop session show --profile guest-tutorial\n"
       "whydrop session clear --profile guest-tutorial",
       setup_session},
      {"config",
       "List the targets that you named, or check the file that names them",
       "whydrop config path\n"
       "whydrop config list\n"
       "whydrop config check\n"
       "whydrop connect @chat",
       setup_config},
      {"explain",
       "Say what a close code, an ending, a finding or an exit code means",
       "whydrop explain 1006\n"
       "whydrop explain no-close-reset\n"
       "whydrop explain",
       setup_explain},
      {"completion",
       "Print a completion script for bash, zsh or fish, or the man page",
       "whydrop completion bash > /etc/bash_completion.d/whydrop\n"
       "whydrop completion fish | source",
       setup_completion},
  };
  return all_commands;
}

const Command* find_command(std::string_view name) {
  const auto& all = commands();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Command& row) { return row.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace whydrop::cli

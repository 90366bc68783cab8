# An echo server on em-websocket: em.rb PORT.
require "em-websocket"

EM.run do
  EM::WebSocket.run(host: "127.0.0.1", port: ARGV[0].to_i) do |socket|
    socket.onmessage { |text| text == "raise" ? raise("in the handler") : socket.send(text) }
    socket.onerror { |_| }
  end
end

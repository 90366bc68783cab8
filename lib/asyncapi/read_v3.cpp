// AsyncAPI 3: operations stand by themselves, and are told from the view of the described, which sends or receives.
#include "asyncapi/model.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace whydrop::asyncapi {
namespace {

/// An item of a list of security schemes; scopes stand in the scheme itself.
std::vector<Credential> read_schemes(Sources& sources, const Site& holder) {
  std::vector<Credential> found;
  const auto list = sources.member(holder, "security");
  for (const Site& scheme : list ? sources.items(*list) : std::vector<Site>()) {
    found.push_back({scheme, {}});
    const auto scopes = sources.member(scheme, "scopes");
    for (const Site& scope : scopes ? sources.items(*scopes) : std::vector<Site>()) {
      found.back().scopes.emplace_back(scope.value.string());
    }
  }
  return found;
}

std::vector<Server> read_hosts(Sources& sources) {
  std::vector<Server> servers;
  const auto all = sources.member(sources.root(), "servers");
  for (const auto& [name, site] : all ? sources.members(*all) : std::vector<std::pair<std::string, Site>>()) {
    const std::string path = sources.text(site, "pathname");
    std::string address = sources.text(site, "host");
    address += path.empty() || path.front() == '/' ? "" : "/";
    address += path;
    servers.push_back(
        {name, site, lower_case(sources.text(site, "protocol")), std::move(address), read_schemes(sources, site)});
  }
  return servers;
}

/// Reads the operations into the channels that they name.
class Operations {
 public:
  Operations(Sources& sources, std::vector<Channel>& channels, Described described)
      : sources_(sources),
        channels_(channels),
        receives_(described == Described::server ? wire::Side::client : wire::Side::server) {}

  void run() {
    const auto all = sources_.member(sources_.root(), "operations");
    for (const auto& [name, operation] : all ? sources_.members(*all) : std::vector<std::pair<std::string, Site>>()) {
      const std::string action = sources_.text(operation, "action");
      if (action != "send" && action != "receive") {
        sources_.note(operation, "an operation's action is send or receive");
        continue;
      }
      const wire::Side from = action == "receive" ? receives_ : wire::other(receives_);
      const auto reply = sources_.member(operation, "reply");
      add(operation, nullptr, from, reply.has_value());
      if (reply) {
        add(*reply, &operation, wire::other(from), true);
        if (const auto address = sources_.member(*reply, "address")) {
          sources_.note(*address, "where a reply goes is not carried over: on a WebSocket it comes back the same way");
        }
      }
    }
    for (Channel& channel : channels_) {
      tell_unused(channel);
    }
  }

 private:
  /// The messages that `holder`, an operation or a reply, names, or all of its channel; of a reply without a channel
  /// those of its operation's channel count.
  void add(const Site& holder, const Site* operation, wire::Side from, bool correlated) {
    auto site = sources_.member(holder, "channel");
    site = !site && operation != nullptr ? sources_.member(*operation, "channel") : site;
    const auto channel =
        std::find_if(channels_.begin(), channels_.end(), [&](const Channel& one) { return site && one.site == *site; });
    if (channel == channels_.end()) {
      sources_.note(holder, "its channel is none of the document's");
      return;
    }
    note_security(sources_, holder, name_of(holder), *channel);
    const auto named = sources_.member(holder, "messages");
    if (!named && operation != nullptr && !sources_.member(holder, "channel")) {
      sources_.note(holder, "a reply names neither a channel nor messages: it is not carried over");
      return;
    }
    for (const Use& message : named ? named_messages(*named) : messages_of(*channel)) {
      put(*channel, {message.name, message.site, from, correlated});
    }
  }

  std::vector<Use> named_messages(const Site& list) {
    std::vector<Use> found;
    for (std::size_t i = 0; list.value.is(json::Type::array) && i < list.value.size(); ++i) {
      const Site item = child(list, std::to_string(i), list.value.item(i));
      const auto site = sources_.follow(item);
      if (site) {
        // "#/channels/c/messages/NAME" is what the channel calls it.
        const auto reference = Sources::own(item, "$ref");
        const std::string name =
            reference ? name_of({0, reference->value, std::string(reference->value.string())}) : "";
        found.push_back({name.empty() ? name_of(*site) : name, *site});
      }
    }
    return found;
  }

  std::vector<Use> messages_of(const Channel& channel) {
    std::vector<Use> found;
    const auto messages = sources_.member(channel.site, "messages");
    for (const auto& [name, site] :
         messages ? sources_.members(*messages) : std::vector<std::pair<std::string, Site>>()) {
      found.push_back({name, site});
    }
    return found;
  }

  static void put(Channel& channel, Use use) {
    const auto known = std::find_if(channel.uses.begin(), channel.uses.end(), [&](const Use& one) {
      return one.from == use.from && one.site == use.site;
    });
    if (known == channel.uses.end()) {
      channel.uses.push_back(std::move(use));
    } else {
      known->correlated = known->correlated || use.correlated;
    }
  }

  /// A message without an operation may come from anybody: that of a channel without any is taken for both sides'.
  void tell_unused(Channel& channel) {
    const bool none = channel.uses.empty();
    for (const Use& message : messages_of(channel)) {
      const bool used = std::any_of(
          channel.uses.begin(), channel.uses.end(), [&](const Use& one) { return one.site == message.site; });
      if (none) {
        put(channel, {message.name, message.site, wire::Side::client});
        put(channel, {message.name, message.site, wire::Side::server});
      } else if (!used) {
        channel.notes.emplace_back(
            message.site, fmt::format("message {} belongs to no operation: who sends it is not said", message.name));
      }
    }
    if (none && !channel.uses.empty()) {
      channel.notes.emplace_back(channel.site,
                                 "no operation names this channel: its messages are taken for those of both sides");
    }
  }

  Sources& sources_;
  std::vector<Channel>& channels_;
  wire::Side receives_;  ///< whose messages the described receives
};

}  // namespace

void note_security(Sources& sources, const Site& operation, const std::string& name, Channel& channel) {
  if (const auto security = sources.member(operation, "security")) {
    channel.notes.emplace_back(
        *security,
        fmt::format("security of operation {} is not carried over: a WebSocket's request says who one "
                    "is before any message",
                    name));
  }
}

Model read_v3(Sources& sources, Described described) {
  Model model;
  model.servers = read_hosts(sources);
  const auto channels = sources.member(sources.root(), "channels");
  for (const auto& [name, site] : channels ? sources.members(*channels) : std::vector<std::pair<std::string, Site>>()) {
    Channel channel;
    channel.name = name;
    channel.site = site;
    const std::string address = sources.text(site, "address");
    channel.path = starts_with(address, "/") ? address : "";
    const auto servers = sources.member(site, "servers");
    for (const Site& server : servers ? sources.items(*servers) : std::vector<Site>()) {
      channel.servers.push_back(name_of(server));
    }
    model.channels.push_back(std::move(channel));
  }
  Operations(sources, model.channels, described).run();
  return model;
}

}  // namespace whydrop::asyncapi

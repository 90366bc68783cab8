// Rule of this module: fieldguide/ knows what other people's software does, as data (fixtures/fieldguide), and
// concludes nothing: who asks holds the evidence. Nothing is read before the first question.
#pragma once

#include "fieldguide/pattern.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::fieldguide {

enum class Kind : std::uint8_t { server, library, intermediary, client, service };

/// What brings an ending about. The words of fixtures/schemas/fieldguide-v1.json, in its order.
enum class Trigger : std::uint8_t {
  idle,              ///< no bytes either way
  no_pong,           ///< its pings are not answered
  no_heartbeat,      ///< the application's own beat stays out
  age,               ///< the connection's age, whatever is sent
  no_login,          ///< nothing that logs in came in time
  message_size,      ///< a message over a limit
  frame_size,        ///< a frame over a limit
  head_size,         ///< the upgrade's head is over a limit
  bad_utf8,          ///< a text message that is no UTF-8
  broken_rule,       ///< a frame that RFC 6455 forbids
  bad_message,       ///< a message that the application cannot read
  handler_error,     ///< the application's code failed
  stops,             ///< the server is stopped or reloaded
  replaced,          ///< the same client came again
  wrong_path,        ///< nothing is served there
  subprotocol,       ///< the subprotocol is missing, or another
  bad_upgrade,       ///< the upgrade's head lacks something, or has it wrong
  origin,            ///< the Origin is not one of those that may
  credentials,       ///< none, or wrong ones
  backend_refuses,   ///< a proxy's backend does not accept connections
  backend_silent,    ///< a proxy's backend does not answer
  backend_gone,      ///< a proxy's backend ends before its answer, or in mid-session
  close_unanswered,  ///< its Close is not answered
  ping,              ///< a ping of the client
  error_text         ///< none: a client's words for what it saw
};

enum class Ending : std::uint8_t {
  none,   ///< a client's error text, or no end at all
  close,  ///< a Close frame
  fin,
  rst,      ///< TCP's end without a Close
  refused,  ///< an HTTP answer other than 101
  silence   ///< nothing comes
};

/// Where an entry's text stands on the wire.
enum class Place : std::uint8_t { reason, body, message, error, console };

/// Where an entry is from.
struct Source {
  bool measured = false;  ///< tests/fieldguide provokes it; else it was read
  std::string version;    ///< of the software
  std::string where;      ///< read: document or file; measured: empty
  std::string note;       ///< how it was measured, if not as users meet it; or empty
};

struct Product;

/// One thing that a product does.
struct Entry {
  const Product* product = nullptr;
  std::string id;  ///< unique in the product
  Trigger trigger = Trigger::idle;
  std::string says;  ///< the trigger in words, without full stop: "no byte either way for 60 s"
  Ending ending = Ending::none;
  std::optional<std::uint16_t> code;   ///< of the Close; null with Ending::close: an empty one
  int status = 0;                      ///< of the HTTP answer; 0: none
  Place place = Place::reason;         ///< of text
  std::string text;                    ///< pattern (pattern.hpp); empty: none
  std::optional<double> seconds;       ///< the default of the timer
  std::optional<std::uint64_t> bytes;  ///< the default of the size limit
  std::string means;                   ///< what `explain` has on it: a rule, ending, finding or code; or empty
  std::string fix;                     ///< one action, or empty
  Source source;
};

struct Product {
  std::string name;   ///< "nginx"; what `explain` is asked for
  std::string title;  ///< as its makers write it
  Kind kind = Kind::server;
  std::string about;                 ///< one sentence, or empty
  std::vector<std::string> names;    ///< others that people ask for it by
  std::vector<std::string> server;   ///< product names in `Server` that are its own
  std::vector<std::string> via;      ///< words in `Via` that are its own
  std::vector<std::string> headers;  ///< header fields that nobody else writes
  std::vector<Entry> entries;
};

/// All that is known, by name. Loaded once, when first asked for.
const std::vector<Product>& products();
/// By name, title or one of its other names, whatever the case. Null: not known.
const Product* find_product(std::string_view name);

/// The product that a value of `Server` names ("nginx/1.22.1" is nginx). Null: none that is known.
const Product* product_of_server(std::string_view server);
/// The products that a value of `Via` names, the nearest to the client first.
std::vector<const Product*> products_of_via(std::string_view via);

/// An answer's headers, as the diagnosis holds them. Empty: not there.
struct Hops {
  std::string_view server, via;
  std::vector<std::string_view> headers{};  ///< names of all of them
};
/// The products that an answer's headers name: those of Via, those that have a header of their own there, then that of
/// Server.
std::vector<const Product*> named_by(const Hops& hops);
/// False where the headers contradict that `product` acted: they have another's name where it would have written its
/// own. Then it is never told as the one that did.
bool may_be(const Product& product, const Hops& hops);

/// An entry whose text is the one that was asked for, and the numbers in it.
struct TextMatch {
  const Entry* entry = nullptr;
  std::optional<std::uint64_t> limit, size;
};
/// Entries of `place` whose pattern `text` is. With `code`, only those of that close code. Those of longer literal text
/// first.
std::vector<TextMatch> by_text(Place place, std::string_view text, std::optional<std::uint16_t> code = {});
/// Entries of any place whose pattern stands somewhere in `text`, as people paste it: what `explain` asks.
std::vector<TextMatch> by_pasted_text(std::string_view text);

/// Entries of these triggers, of one product.
std::vector<const Entry*> entries_of(const Product& product, Trigger trigger);
/// Entries that end in a Close of `code`, of all products.
std::vector<const Entry*> by_code(std::uint16_t code);
/// Entries whose timer a time fits: at most half a second early, and late by no more than 2 s or a fiftieth.
std::vector<const Entry*> by_seconds(Trigger trigger, double seconds);

/// True if a timer of `limit` seconds may have struck after `seconds`.
bool fits(double limit, double seconds);

std::string_view name(Kind kind);
std::string_view name(Trigger trigger);
std::string_view name(Ending ending);
std::string_view name(Place place);

/// What happens, as one line: `Close 1009 "…"`, `FIN without a Close`, `HTTP 502`.
std::string outcome(const Entry& entry);
/// Where it is from: "measured, 1.52.0-1", "read, nghttpx(1) of 1.52".
std::string origin(const Entry& entry);

}  // namespace whydrop::fieldguide

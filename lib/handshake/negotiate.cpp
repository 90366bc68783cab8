#include "handshake/head.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

namespace whydrop::handshake {
namespace {

constexpr std::string_view kDeflate = "permessage-deflate";

/// One permessage-deflate offer or answer; windows are null where the parameter is absent, 0 where it has no value.
struct DeflateTerms {
  bool server_no_context_takeover = false, client_no_context_takeover = false;
  std::optional<int> server_max_window_bits, client_max_window_bits;
  std::string fault;
};

/// 8 to 15 without leading zeros. RFC 7692 section 7.1.2.
std::optional<int> window_bits(std::string_view text) {
  if (text == "8" || text == "9") {
    return text[0] - '0';
  }
  if (text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5') {
    return 10 + text[1] - '0';
  }
  return std::nullopt;
}

std::string read_window(const std::string& name, const std::string& value, std::optional<int>& into) {
  into = window_bits(value);
  return into ? "" : fmt::format("{}={} is not 8 to 15", name, value.empty() ? "(no value)" : value);
}

std::string read_parameter(const std::string& name, const std::string& value, DeflateTerms& terms, bool offer) {
  if (name == "server_no_context_takeover" || name == "client_no_context_takeover") {
    (name[0] == 's' ? terms.server_no_context_takeover : terms.client_no_context_takeover) = true;
    return value.empty() ? "" : fmt::format("{} takes no value, but has \"{}\"", name, value);
  }
  if (name == "server_max_window_bits") {
    return read_window(name, value, terms.server_max_window_bits);
  }
  if (name != "client_max_window_bits") {
    return fmt::format("{} is no parameter of permessage-deflate", name);
  }
  if (offer && value.empty()) {
    terms.client_max_window_bits = 15;
    return "";
  }
  return read_window(name, value, terms.client_max_window_bits);
}

DeflateTerms read_terms(const Extension& extension, bool offer) {
  DeflateTerms terms;
  std::set<std::string> seen;
  for (const auto& [name, value] : extension.parameters) {
    auto fault =
        seen.insert(name).second ? read_parameter(name, value, terms, offer) : fmt::format("{} is given twice", name);
    if (!fault.empty() && terms.fault.empty()) {
      terms.fault = std::move(fault);
    }
  }
  return terms;
}

/// Why `answer` does not accept `offer`; empty if it does. RFC 7692 section 7.1.
std::string mismatch(const DeflateTerms& offer, const DeflateTerms& answer) {
  if (offer.server_no_context_takeover && !answer.server_no_context_takeover) {
    return "the offer demands server_no_context_takeover and the answer leaves it out";
  }
  if (offer.server_max_window_bits && answer.server_max_window_bits.value_or(99) > *offer.server_max_window_bits) {
    return fmt::format("the offer allows server_max_window_bits up to {} and the answer has {}",
                       *offer.server_max_window_bits,
                       answer.server_max_window_bits ? fmt::to_string(*answer.server_max_window_bits) : "none");
  }
  if (answer.client_max_window_bits && !offer.client_max_window_bits) {
    return "the answer has client_max_window_bits, which the offer does not allow";
  }
  if (answer.client_max_window_bits && *answer.client_max_window_bits > *offer.client_max_window_bits) {
    return fmt::format("the offer has client_max_window_bits={} and the answer {}",
                       *offer.client_max_window_bits,
                       *answer.client_max_window_bits);
  }
  return "";
}

DeflateAnswer answer_to(const DeflateTerms& offer) {
  DeflateAnswer answer{{offer.server_no_context_takeover,
                        offer.client_no_context_takeover,
                        offer.server_max_window_bits.value_or(15),
                        15},
                       std::string(kDeflate)};
  answer.value += offer.server_no_context_takeover ? "; server_no_context_takeover" : "";
  answer.value += offer.client_no_context_takeover ? "; client_no_context_takeover" : "";
  // An offer of a window is accepted by naming it, of the largest too.
  if (offer.server_max_window_bits) {
    answer.value += fmt::format("; server_max_window_bits={}", *offer.server_max_window_bits);
  }
  return answer;
}

/// The answer must accept one of the offers; where none fits, the first offer's reason is told.
std::string fault_against(const std::vector<Extension>& offers, const DeflateTerms& answer) {
  std::string first;
  for (const auto& extension : offers) {
    if (extension.name != kDeflate) {
      continue;
    }
    const auto offer = read_terms(extension, true);
    auto why = offer.fault.empty() ? mismatch(offer, answer) : "the offer is invalid: " + offer.fault;
    if (why.empty()) {
      return "";
    }
    if (first.empty()) {
      first = std::move(why);
    }
  }
  return first.empty() ? "the request does not offer it" : first;
}

void agree_on_deflate(const std::vector<Extension>& offers, const std::vector<Extension>& answers, Negotiated& result) {
  const auto is_deflate = [](const Extension& extension) { return extension.name == kDeflate; };
  const auto answer = std::find_if(answers.begin(), answers.end(), is_deflate);
  if (answer == answers.end()) {
    return;
  }
  const auto terms = read_terms(*answer, false);
  result.deflate_fault = std::count_if(answers.begin(), answers.end(), is_deflate) > 1 ? "it is accepted twice"
                         : terms.fault.empty()                                         ? fault_against(offers, terms)
                                                                                       : terms.fault;
  if (!result.deflate_fault.empty()) {
    return;
  }
  result.deflate = DeflateParameters{terms.server_no_context_takeover,
                                     terms.client_no_context_takeover,
                                     terms.server_max_window_bits.value_or(15),
                                     terms.client_max_window_bits.value_or(15)};
}

}  // namespace

std::vector<std::string_view> list_values(const Head& head, std::string_view name) {
  std::vector<std::string_view> values;
  for (auto rest : head.find_all(name)) {
    while (!rest.empty()) {
      const auto comma = std::min(rest.find(','), rest.size());
      if (const auto value = trim(rest.substr(0, comma)); !value.empty()) {
        values.push_back(value);
      }
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return values;
}

bool has_token(const Head& head, std::string_view name, std::string_view token) {
  const auto values = list_values(head, name);
  return std::any_of(values.begin(), values.end(), [&](std::string_view value) { return same_token(value, token); });
}

Negotiated negotiate(const Head& request, const Head& response) {
  Negotiated result;
  if (const auto* subprotocol = response.find("Sec-WebSocket-Protocol")) {
    result.subprotocol = *subprotocol;
  }
  const auto offers = extensions_of(request);
  const auto answers = extensions_of(response);
  if (answers) {
    agree_on_deflate(offers.value_or(std::vector<Extension>{}), *answers, result);
  }
  return result;
}

const std::string* unasked_subprotocol(const Head& request, const Head& response) {
  const auto* chosen = response.find("Sec-WebSocket-Protocol");
  const auto asked = list_values(request, "Sec-WebSocket-Protocol");
  return chosen == nullptr || std::find(asked.begin(), asked.end(), *chosen) != asked.end() ? nullptr : chosen;
}

std::string unasked_extension(const Head& request, const Head& response) {
  const auto asked = extensions_of(request);
  const auto chosen = extensions_of(response);
  if (!asked || !chosen) {
    return {};
  }
  const auto unasked = [&](const Extension& extension) {
    return std::none_of(
        asked->begin(), asked->end(), [&](const Extension& offer) { return offer.name == extension.name; });
  };
  const auto found = std::find_if(chosen->begin(), chosen->end(), unasked);
  return found == chosen->end() ? std::string() : found->name;
}

bool is_interim(const Head& response) {
  return response.complete && response.status >= 100 && response.status < 200 && response.status != 101;
}

std::optional<DeflateAnswer> answer_deflate(const Head& request) {
  // zlib cannot compress with a window of 2^8 bytes.
  constexpr int kLeastWindow = 9;
  for (const Extension& extension : extensions_of(request).value_or(std::vector<Extension>{})) {
    const auto offer = read_terms(extension, true);
    if (extension.name == kDeflate && offer.fault.empty() &&
        offer.server_max_window_bits.value_or(15) >= kLeastWindow) {
      return answer_to(offer);
    }
  }
  return std::nullopt;
}

std::string_view repeated_in_answer(const Head& response) {
  static constexpr std::array<std::string_view, 2> kOnce{"Sec-WebSocket-Accept", "Sec-WebSocket-Protocol"};
  const auto* found = std::find_if(
      kOnce.begin(), kOnce.end(), [&](std::string_view name) { return response.find_all(name).size() > 1; });
  return found == kOnce.end() ? std::string_view() : *found;
}

bool switches_to_websocket(const Head& response) {
  const auto values = response.find_all("Upgrade");
  return values.size() == 1 && same_token(values.front(), "websocket");
}

bool opens_session(const Head& request, const Head& response) {
  if (response.status != 101 || !response.complete || !switches_to_websocket(response) ||
      !has_token(response, "Connection", "upgrade") || !extensions_of(response) || !unacceptable(response).empty() ||
      !repeated_in_answer(response).empty()) {
    return false;
  }
  if (request.fields.empty()) {
    return true;
  }
  const auto* key = request.find("Sec-WebSocket-Key");
  const auto* accept = response.find("Sec-WebSocket-Accept");
  const bool accepted = key == nullptr || (accept != nullptr && *accept == accept_key(*key));
  return accepted && unasked_subprotocol(request, response) == nullptr &&
         unasked_extension(request, response).empty() && negotiate(request, response).deflate_fault.empty();
}

}  // namespace whydrop::handshake

#include "profile/findings.hpp"

#include <algorithm>

namespace whydrop::profile {

const std::vector<CheckRow>& check_rows() {
  static const std::vector<CheckRow> rows{
      // messages against the profile's schemas
      {"message-not-json",
       "A message is not JSON",
       "The profile's messages are JSON texts, and this one is none: its text stops where the finding says.",
       "Send one whole JSON value a message."},
      {"message-inexact",
       "A message holds what JSON readers take for different things",
       "Half of a surrogate pair, as a string that was cut between the halves of an emoji has, and a number beyond a "
       "double are JSON, but no two readers need agree on them. RFC 8259 sections 6 and 8.2.",
       "Cut strings between characters, and send such a number as a string.",
       false},
      {"message-unknown",
       "A message is of no type that the profile knows",
       "What distinguishes the types (a member such as \"type\" or \"action\") is missing or has another value. "
       "The nearest known value is named, if one is near.",
       "Compare the member that names the type with whydrop profile show."},
      {"schema-required",
       "A required member is missing",
       "The message's schema requires a member that is not there. If a member of that name stands elsewhere in the "
       "message, the hint says where.",
       "Add the member at the pointer given, or move it there."},
      {"schema-type",
       "A value has another JSON type than the schema asks for",
       "A number that was sent as a string, an object where a list belongs: the pointer says where.",
       "Send the value in the type that is expected."},
      {"schema-enum",
       "A value is none of those that the schema allows",
       "The schema lists the values that may stand there, or the only one.",
       "Send one of the values listed."},
      {"schema-pattern",
       "A string does not have the form that the schema's pattern asks for",
       "The pattern is a regular expression that must be found in the string.",
       "Compare the string with the pattern."},
      {"schema-format",
       "A string does not have the format that the schema names",
       "Formats such as uuid, date-time and uri are checked in the messages of a profile that asks for it.",
       "Write the value in that format."},
      {"schema-range",
       "A number is outside of the range that the schema allows",
       "The number is below the minimum, above the maximum, or no multiple of what it must be one of.",
       "Send a number within the range."},
      {"schema-length",
       "A string, list or object is too short or too long for the schema",
       "Lengths of strings count characters, not bytes.",
       "Shorten or lengthen it to what the finding says."},
      {"schema-unexpected",
       "A member stands where the schema allows none of that name",
       "Often a name that differs by case or by an underscore; the hint names the nearest.",
       "Remove the member, or give it its right name."},
      {"schema-other",
       "A value breaks another rule of the schema",
       "A rule other than those with findings of their own: uniqueItems, not, oneOf and the like.",
       "The finding names the keyword, and where it stands in the schema."},
      {"packet-unreadable",
       "A message is no packet of the protocol that the profile names",
       "The profile's messages are packets of a protocol of its own, in text or in bytes. The finding says at which "
       "byte "
       "this message stops being one, and what was expected there.",
       "Send what the protocol has; a library of it writes packets for you."},
      {"packet-incomplete",
       "A packet was begun and never ended",
       "The protocol says where a packet ends, by a length or by a byte, and the side's last message holds less than "
       "that. "
       "The peer waits for the rest.",
       "Send what the finding says is missing: where a packet has a length, look whether it is right."},
      // sequence
      {"sequence-too-early",
       "A message was sent before the session was ready for it",
       "The profile's sequence allows this message in a state that the session had not reached. Servers that "
       "check this often drop the connection without a word.",
       "Wait for the message that the finding names, then send."},
      {"sequence-too-late",
       "A message was sent when its time was over",
       "The state that allows this message had gone by, or the time that it may be sent in had run out.",
       "Send it where the sequence has its place: whydrop profile show lists the states."},
      {"sequence-unexpected",
       "A message was sent that no state of the sequence allows from here",
       "Neither the state that the session was in nor one that comes before or after it allows this message.",
       "Compare the order of messages with whydrop profile show."},
      {"heartbeat-missed",
       "A sign of life that the profile demands did not come in time",
       "The profile says how often each side must be heard of, from what was announced in the session where it was. A "
       "message of this kind is one of the protocol: WebSocket pings and pongs are no substitute.",
       "Send the message as often as the finding says, or answer the one that it names."},
      // shape
      {"shape-opcode",
       "A message was sent as binary where the profile takes text",
       "JSON was sent in a frame of opcode 2. Many servers close with 1003, or drop the connection.",
       "Send it as text, opcode 1."},
      {"shape-fragmented",
       "A message was sent in several frames where the profile takes one",
       "Fragments are lawful, but the server of this profile is said to read one frame as one message.",
       "Send each message as one frame: turn off streaming and fragmenting in the client's library."},
      {"not-compact-json",
       "A message has white space between its tokens where the profile takes compact JSON",
       "White space is lawful JSON, but the server of this profile is said to refuse it.",
       "Serialise without indentation and without blanks behind colons and commas."},
      {"shape-terminator",
       "A message lacks what the profile ends each message with",
       "Protocols that put several records into one stream end each with bytes of their own, as SignalR does with "
       "0x1e. "
       "The server waits for them, and closes when it has waited long enough.",
       "Put the bytes that the finding names behind the message."},
      {"shape-too-large",
       "A frame or message is larger than the profile allows",
       "Servers close with 1009, or drop the connection, where a frame or message passes their limit.",
       "Send less at once."},
      {"shape-too-long",
       "A value takes more bytes than the profile allows",
       "Bytes of UTF-8 are counted, not characters; of an object, those of its compact JSON.",
       "Shorten the value."},
      {"rate-exceeded",
       "More messages were sent in a span of time than the profile allows",
       "Servers answer this with an error such as 429, or drop the connection.",
       "Send fewer messages, or spread them."},
      {"gap-too-short",
       "Two messages followed each other sooner than the profile allows",
       "The profile names the least time between two messages of this type.",
       "Wait longer between them.",
       false},
      // values
      {"value-mismatch",
       "A value differs from the one that the server gave",
       "The profile says that a member must repeat a value that an earlier reply gave, and it does not.",
       "Take the value from the reply, and send it as it came."},
      {"reply-duplicate",
       "A second reply came for one message",
       "Two messages of the server repeat the id of the same message of the client.",
       "Take the first; look for a message that was sent twice with one id.",
       false},
      {"reply-missing",
       "No reply came for a message",
       "The profile says that a reply repeats the message's id, and none did before the session ended.",
       "A message without its reply may be lost: send it again after the session stands anew.",
       false},
      {"order-not-monotonic",
       "Messages of the server did not come in the order of their times",
       "The profile says by which time its messages are ordered; one came after another that is younger.",
       "Order them by that time, not by their arrival.",
       false},
      // what a session looks like without, or beside, a profile
      {"dialect-recognised",
       "The session looks like a dialect that whydrop knows",
       "URL, subprotocol or messages have the form of a profile. Where they settle it, the session is judged by that "
       "profile as if it had been named; where they do not, the finding only says what it looks like.",
       "--profile NAME judges by a profile that you name, --profile none by none.",
       false,
       true},
      {"dialect-candidate",
       "Judged by the dialect that it looks like, this is wrong",
       "URL, subprotocol or messages look like a profile and do not settle it. If it is that dialect, its rules find "
       "this "
       "fault. It leads nothing and counts for no exit code.",
       "--profile NAME judges by it.",
       false,
       true},
      {"dialect-not-served",
       "The session speaks a dialect that the owner of the host is not known to serve",
       "Guides and forums describe protocols that the host's owner never published. The finding shows the URL, the "
       "first message and the reply of the one that is served.",
       "Use the protocol that the finding names: whydrop profile show prints it.",
       true,
       true},
      {"region-label",
       "The host's name holds a region's label that no host there has",
       "The host's owner names its regions by domains of their own, never by labels such as eu-west-1.",
       "Use the region's domain, as in the address of the organisation's login page.",
       true,
       true},
      {"host-unknown",
       "The host is none of those that the API is served from",
       "The name looks like one of the API's owner, but ends in none of the domains of its regions.",
       "Use the region's domain, as in the address of the organisation's login page.",
       true,
       true},
      {"rest-path-on-socket",
       "A WebSocket URL has the path of a REST call",
       "The path is one of the owner's REST calls; its sockets have other paths.",
       "Use the URL that the finding names.",
       true,
       true},
      {"token-misplaced",
       "A credential stands where the API does not look for it",
       "A bearer header or a token in the query, on a socket whose credential is sent in a message, or the other way.",
       "Put it where the finding says, and nowhere else.",
       true,
       true},
      {"scope-unknown",
       "A token or request names a scope that the API is not known to have",
       "The scope occurs in guides and forums, but in no source of the API's owner that was read.",
       "See which roles or scopes the owner's documents name for this call.",
       false,
       true},
  };
  return rows;
}

const CheckRow* find_check(std::string_view id) {
  const auto& rows = check_rows();
  const auto found = std::find_if(rows.begin(), rows.end(), [id](const CheckRow& row) { return row.id == id; });
  return found == rows.end() ? nullptr : &*found;
}

session::Finding make_finding(const FindingText& text, std::uint64_t evidence) {
  session::Finding made(text.id, evidence);
  made.severity = text.severity;
  made.basis = text.basis;
  made.confidence = text.confidence;
  made.at_fault = text.at_fault;
  made.says = text.says;
  if (!text.verified) {
    const bool stop = !made.says.empty() && made.says.back() == '.';
    made.says.insert(made.says.size() - (stop ? 1 : 0), " (not verified)");
  }
  made.fix = text.fix;
  made.citation = text.citation;
  return made;
}

std::vector<const FindingText*> finding_texts(const Profile& profile) {
  std::vector<const FindingText*> found;
  for (const Signal& row : profile.signals) {
    found.push_back(&row.finding);
  }
  for (const Symptom& row : profile.symptoms) {
    found.push_back(&row.finding);
  }
  for (const Call& call : profile.calls) {
    for (const Call::Refusal& row : call.refusals) {
      found.push_back(&row.finding);
    }
    for (const Call::Note& row : call.notes) {
      found.push_back(&row.finding);
    }
  }
  for (const Fingerprint::Misform& row : profile.fingerprint.misforms) {
    found.push_back(&row.finding);
  }
  for (const MessageType& message : profile.messages) {
    for (const MessageType::Same& row : message.same) {
      found.push_back(&row.finding);
    }
  }
  return found;
}

}  // namespace whydrop::profile

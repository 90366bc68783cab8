#include "profile/load.hpp"

namespace whydrop::profile {

namespace {

constexpr std::string_view kName = "NAME";
constexpr std::string_view kSkeleton = R"({
  "comment": "A start for a profile of your own. Change what stands here, take out what you do not need, then: whydrop profile check. 'comment' may stand in every object.",
  "whydrop_profile": 1,
  "name": "NAME",
  "title": "One line: what this API is",
  "about": "A few sentences: what is known of it, and from where.",
  "status": "served",
  "variables": {
    "comment": "Values that differ from person to person. They come from --var NAME=VALUE, from WHYDROP_<NAME> in the environment, from replies (take), or from here.",
    "host": {"about": "the API's host and port", "default": "localhost:8080"},
    "token": {
      "comment": "A secret is never shown or written. Without a default it must be given.",
      "about": "the credential, from your account's page",
      "secret": true,
      "default": "replace-me"
    },
    "session_id": {"about": "the session's id, from the message connected"},
    "text": {"about": "what is said", "default": "Hello"}
  },
  "socket": {
    "comment": "{name} stands for a variable's value; what goes into a URL is percent-encoded.",
    "url": "wss://{host}/socket",
    "headers": {"Authorization": "Bearer {token}"},
    "token": "token"
  },
  "messages": {
    "comment": "The first type whose match holds is a message's type. A pointer leads to a value: /type is the member type.",
    "client": {
      "connect": {
        "about": "first message of a session",
        "match": {"/type": "connect"},
        "schema": {
          "comment": "JSON Schema, draft-07.",
          "type": "object",
          "required": ["type"],
          "properties": {"type": {"const": "connect"}}
        },
        "example": {"type": "connect"}
      },
      "message": {
        "about": "something is said",
        "match": {"/type": "message"},
        "schema": {
          "type": "object",
          "required": ["type", "session_id", "text"],
          "properties": {"session_id": {"type": "string"}, "text": {"type": "string", "maxLength": 4096}}
        },
        "example": {"type": "message", "session_id": "{session_id}", "text": "{text}"}
      }
    },
    "server": {
      "connected": {
        "about": "the session stands",
        "match": {"/type": "connected"},
        "schema": {"type": "object", "required": ["type", "session_id"]},
        "take": {"comment": "Binds a variable to what stands at a pointer.", "session_id": "/session_id"}
      },
      "error": {"about": "what was sent is refused", "match": {"/type": "error"}}
    }
  },
  "opening": [
    {"comment": "What is sent by itself, and what must come before it goes on.", "message": "connect", "await": "connected"}
  ],
  "sequence": {
    "comment": "A message of the client's that a state does not name is a fault in it. A target of \"\" stays in the state.",
    "start": "open",
    "ready": "connected",
    "states": {
      "open": {"about": "open, connect not sent", "client": {"connect": "connecting"}},
      "connecting": {"about": "waiting for connected", "server": {"connected": "connected"}},
      "connected": {"about": "connected", "client": {"message": ""}}
    }
  },
  "shape": {
    "comment": "What no schema can say of the client's messages. Also: one_frame, compact, max_frame, rates, gaps.",
    "text_only": true,
    "max_message": "64k"
  },
  "signals": [
    {
      "comment": "A message that is a finding by itself.",
      "message": "error",
      "finding": {
        "id": "server-error",
        "severity": "warning",
        "says": "The server answered error: {$/message}.",
        "explains": false
      }
    }
  ],
  "symptoms": [
    {
      "comment": "What the end of a session means. All that 'when' names must hold.",
      "when": {"close": [4001]},
      "finding": {
        "id": "session-expired",
        "at_fault": "client",
        "says": "The server closed with {$code} after {$age}: the session had expired.",
        "fix": "Connect anew."
      }
    }
  ],
  "fingerprint": {
    "comment": "How whydrop recognises this API when nobody names it.",
    "urls": ["wss://*/socket"],
    "client": [{"/type": "connect"}],
    "server": [{"/type": "connected"}]
  }
}
)";

}  // namespace

std::string skeleton(const std::string& name) {
  std::string text(kSkeleton);
  text.replace(text.find("\"NAME\"") + 1, kName.size(), name);
  return text;
}

}  // namespace whydrop::profile

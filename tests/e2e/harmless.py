"""Builds messages, headers and URLs as real APIs have them, in which nothing is secret: what is masked of them is a mistake.
The shapes are those of public documentation; every value is made up."""
import json

MESSAGES = [
    # Chat and collaboration
    {"op": 10, "d": {"heartbeat_interval": 41250, "_trace": ["gateway-prd-1"]}},
    {"t": "MESSAGE_CREATE", "s": 42, "op": 0, "d": {"id": "334385199974967042", "channel_id": "290926798999357250",
                                                    "content": "hello", "tts": False, "mention_everyone": False}},
    {"type": "hello", "num_connections": 1, "debug_info": {"host": "applink-1", "approximate_connection_time": 18060}},
    {"envelope_id": "dbdd0ef3", "type": "events_api", "accepts_response_payload": False, "retry_attempt": 0},
    {"event": "phx_reply", "topic": "room:lobby", "ref": "1", "payload": {"status": "ok", "response": {}}},
    {"identifier": "{\"channel\":\"ChatChannel\"}", "type": "confirm_subscription"},
    {"msg": "ready", "subs": ["mTmjEJxDzkdBsCBSv"]},
    {"seq_reply": 2, "status": "OK", "data": {"user_ids": ["a"], "keyboard": True}},
    # GraphQL
    {"type": "next", "id": "1", "payload": {"data": {"posts": {"pageInfo": {"endCursor": "b3BhcXVl", "hasNextPage": True}}}}},
    {"type": "connection_ack"}, {"type": "ka"}, {"type": "complete", "id": "1"},
    {"id": "1", "type": "subscribe", "payload": {"query": "subscription { tokenCount passRate }", "variables": {}}},
    # Language models
    {"type": "response.done", "response": {"usage": {"total_tokens": 253, "input_tokens": 132, "output_tokens": 121,
                                                      "input_token_details": {"cached_tokens": 64}}}},
    {"type": "session.update", "session": {"modalities": ["text"], "voice": "alloy", "max_response_output_tokens": 4096}},
    {"type": "response.text.delta", "event_id": "event_1", "response_id": "resp_1", "delta": "token by token"},
    {"setup": {"model": "models/live", "generationConfig": {"maxOutputTokens": 100, "temperature": 0.5}}},
    {"usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 5, "totalTokenCount": 15}},
    {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": "abc123", "progress": 50}},
    {"jsonrpc": "2.0", "id": 1, "result": {"tools": [], "nextCursor": "next-page"}},
    {"eos_token": "</s>", "bos_token": "<s>", "pad_token": "[PAD]", "unk_token": "[UNK]"},
    # Editors
    {"jsonrpc": "2.0", "id": 3, "result": {"signatures": [{"label": "f(a)"}], "activeSignature": 0}},
    {"jsonrpc": "2.0", "method": "textDocument/signatureHelp", "params": {"position": {"line": 1, "character": 2}}},
    {"jsonrpc": "2.0", "id": 4, "params": {"workDoneToken": "wd-1", "partialResultToken": "pr-1"}},
    {"semanticTokensProvider": {"legend": {"tokenTypes": ["class"], "tokenModifiers": ["static"]}}},
    {"id": 5, "method": "Input.dispatchKeyEvent", "params": {"type": "keyDown", "key": "Enter", "code": "Enter"}},
    {"method": "Network.requestWillBeSent", "params": {"requestId": "1", "documentURL": "https://h/", "type": "Document"}},
    {"id": 6, "result": {"scriptId": "12", "isModule": False, "hash": "0b1c"}},
    # Markets
    {"e": "aggTrade", "E": 1672515782136, "s": "BNBBTC", "a": 12345, "p": "0.001", "q": "100", "m": True},
    {"stream": "btcusdt@depth", "data": {"lastUpdateId": 160, "bids": [["0.0024", "10"]], "asks": [["0.0026", "100"]]}},
    {"type": "ticker", "sequence": 37475248783, "product_id": "ETH-USD", "price": "1285.22", "open_24h": "1310.79"},
    {"channelID": 119930888, "channelName": "ticker", "event": "subscriptionStatus", "pair": "XBT/EUR", "status": "subscribed"},
    {"method": "subscribe", "params": {"channel": "book", "symbol": ["MATIC/GBP"], "depth": 10}},
    {"jsonrpc": "2.0", "method": "eth_subscription", "params": {"subscription": "0x9ce", "result": {"hash": "0xabc",
                                                                                                   "nonce": "0x1"}}},
    {"tokenSymbol": "USDC", "tokenDecimal": "6", "tokenAddress": "0xA0b8", "tokenId": "7", "tokens": ["USDC", "DAI"]},
    {"op": "subscribe", "args": [{"channel": "tickers", "instId": "BTC-USDT"}]},
    {"code": "0", "msg": "", "data": [{"instType": "SPOT", "state": "live", "tickSz": "0.1"}]},
    # Home and things
    {"type": "auth_required", "ha_version": "2024.1.0"}, {"type": "auth_ok", "ha_version": "2024.1.0"},
    {"id": 18, "type": "event", "event": {"event_type": "state_changed", "data": {"entity_id": "light.bed", "state": "on"}}},
    {"topic": "zigbee2mqtt/lock", "payload": {"battery": 97, "lock_state": "locked", "linkquality": 60}},
    {"src": "shellyplus1", "method": "NotifyStatus", "params": {"ts": 1631186545.04, "switch:0": {"id": 0, "output": True}}},
    # Media
    {"type": "offer", "sdp": "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\na=fingerprint:sha-256 AA:BB\r\na=mid:0\r\n"},
    {"type": "candidate", "candidate": {"candidate": "candidate:1 1 UDP 2 192.0.2.1 54400 typ host", "sdpMid": "0"}},
    {"codec": "opus", "codecs": ["opus", "PCMU"], "payloadType": 111, "clockRate": 48000, "passthrough": True},
    {"event": "media", "sequenceNumber": "3", "media": {"track": "inbound", "chunk": "1", "payload": "bm8gc2VjcmV0"}},
    # Operations
    {"kind": "Pod", "metadata": {"name": "web", "resourceVersion": "10245", "continue": "", "labels": {"app": "web"}}},
    {"type": "MODIFIED", "object": {"kind": "Service", "spec": {"sessionAffinity": "None", "ports": [{"port": 80}]}}},
    {"NextToken": "AAAA", "nextPageToken": "BBBB", "continuationToken": "CCCC", "syncToken": "DDDD", "pageToken": "EEEE"},
    {"TableName": "t", "Key": {"id": {"S": "1"}}, "PartitionKey": "pk", "sortKey": "sk", "idempotencyKey": "i-1"},
    {"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "token expired", "state": "failed"}},
    {"error": "invalid_token", "error_description": "The access token expired", "token_type": "bearer", "expires_in": 3600},
    {"password_required": True, "passwordPolicy": {"minLength": 8}, "hasPassword": False, "passwordless": True},
    {"authMethod": "oauth2", "authenticated": True, "authType": "basic", "author": "Ada", "authority": "example.org"},
    {"tests": {"pass": 12, "fail": 0}, "passed": True, "passRate": 0.98, "secretary": "Bob", "passenger": "Eve"},
    {"ticket": {"id": 35436, "subject": "My printer is on fire", "priority": "high", "tags": ["printer"]}},
    {"ticketId": 7, "ticket_number": "T-7", "tickets": [{"id": 1}], "ticker": "ACME"},
    {"session_duration": 30, "sessionCount": 2, "sessions": [1], "sessionName": "standup", "signal": "SIGTERM"},
    {"public_key": "ssh-ed25519 AAAA me", "publicKey": "MCow", "key_id": "k-1", "keyId": "k-1", "access_key_id": "AKIDEXAMPLE"},
    {"tokenization": "bpe", "tokenizer": "cl100k", "token_count": 3, "tokensPerSecond": 41.2, "max_tokens": 16},
    {"design": "flat", "config": {"sigma": 0.5}, "assign": "bob", "cosign": False, "signed_at": "2026-01-02"},
    {"cookie_consent": "given", "cookieBanner": False, "hotkey": "ctrl+k", "primary_key": "id", "cacheKey": "v1:list"},
    {"zip_code": "12345", "currencyCode": "EUR", "statusCode": 200, "errorCode": "E1", "opcode": 2, "encode": "utf8"},
    {"routing_key": "orders.created", "exchange": "orders", "delivery_tag": 1, "redelivered": False},
    "Bearer authentication is needed for this endpoint; Basic access is off",
    "key: value, time=12:30, ratio=16:9, a=b&c=d, x==y, url=https://example.org/p?page=2&sort=asc#top",
    "2026-01-02 03:04:05 INFO token bucket refilled, code=200 state=open passes=3",
    "MESSAGE\ndestination:/queue/a\nmessage-id:1\nsubscription:0\n\nhello\0",
    "42[\"chat message\",{\"text\":\"hi\",\"user\":\"ada\"}]",
    "0{\"sid\":\"lv_VI97HAXpY6yYWAAAB\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000}",
    ":tmi.example 001 ada :Welcome, GLHF!", "PING :tmi.example", "[8,1,123,{},1,[],{}]",
    "<message from='a@example.org' type='chat'><body>pass the salt</body></message>",
    "{\"type\":1,\"target\":\"ReceiveMessage\",\"arguments\":[\"ada\",\"hi\"]}\x1e",
]
HEADERS = [
    ("Host", "api.example.org"), ("Origin", "https://app.example.org"), ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"),
    ("Accept", "text/html,application/xhtml+xml;q=0.9"), ("Accept-Language", "en-GB,en;q=0.5"), ("Cache-Control", "no-cache"),
    ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"), ("ETag", "\"33a64df551425fcc55e4d42a148795d9\""),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("X-Nonce", "fnyllnC8qzz4YZACqD6Sig=="), ("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
    ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"), ("Sec-WebSocket-Version", "13"),
    ("X-Request-Id", "7b92603e-77ed-4896-8e78-5dea2050476a"), ("X-Amzn-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793"),
    ("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("X-Forwarded-For", "192.0.2.43"),
    ("X-RateLimit-Remaining", "59"), ("Retry-After", "120"), ("Location", "https://example.org/login?next=/chat&page=2"),
    ("WWW-Authenticate", "Bearer realm=\"api\", error=\"invalid_token\""), ("Proxy-Authenticate", "Basic realm=\"proxy\""),
    ("Idempotency-Key", "8e03978e-40d5-43dd-bc93-6894a57f9324"), ("X-Cache-Key", "/chat//v1"), ("CF-Ray", "230b030023ae2822"),
    ("Strict-Transport-Security", "max-age=31536000"), ("X-Amz-Date", "20260102T030405Z"), ("X-Amz-Cf-Id", "abc=="),
    ("Content-Security-Policy", "default-src 'self'; connect-src wss://example.org"), ("Via", "1.1 varnish"),
    ("Server-Timing", "db;dur=53, app;dur=47.2"), ("Last-Modified", "Wed, 21 Oct 2026 07:28:00 GMT"), ("DNT", "1"),
]
SUBPROTOCOLS = ["graphql-transport-ws", "graphql-ws", "mqtt", "v12.stomp, v11.stomp", "wamp.2.json", "soap", "ocpp1.6, ocpp2.0.1",
                "v5.channel.k8s.io", "actioncable-v1-json", "xmpp", "sip", "jsonrpc", "token-stream.v1", "auth.v2", "bearer"]
PARAMETERS = ["page=2", "limit=50", "sort=asc", "q=token+ring", "lang=en", "EIO=4&transport=websocket&sid=lv_VI97H", "v=10&encoding=json",
              "protocol=7&client=js&version=8.4.0&flash=false", "vsn=2.0.0", "region=eu-central-1", "X-Amz-Date=20260102T030405Z",
              "X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Expires=300", "streams=btcusdt@trade/ethusdt@trade", "code=404", "state=open",
              "token_type=bearer", "max_tokens=16", "keyboard=qwerty", "codec=opus", "nextToken=AAAA", "pageToken=BBBB", "sort_key=id",
              "client_id=web", "grant=full", "public_key=abc", "error_code=7", "statusCode=200", "author=ada", "authType=basic",
              "passed=1", "passenger=2", "ticket_id=7", "session_duration=30", "signal=on", "design=flat", "hash=abc", "user=ada",
              "access_key_id=AKIDEXAMPLE", "se=2026-01-02&sp=r&sv=2024-11-04&sr=b", "redirect_uri=https%3A%2F%2Fh%2Fcb", "nonce=1"]


def corpus():
    """Pairs of a place ("message", "header", "protocol", "url") and a text."""
    made = [("message", message if isinstance(message, str) else json.dumps(message)) for message in MESSAGES]
    made += [("message", json.dumps({"data": message}, indent=1)) for message in MESSAGES if isinstance(message, dict)]
    made += [("message", json.dumps([message, 1])) for message in MESSAGES if isinstance(message, dict)]
    made += [("header", f"{name}: {value}") for name, value in HEADERS]
    made += [("protocol", subprotocol) for subprotocol in SUBPROTOCOLS]
    made += [("url", f"/chat/{n}?{parameter}") for n, parameter in enumerate(PARAMETERS)]
    made += [("message", f"wss://example.org/v1?{parameter}&n=1") for parameter in PARAMETERS]
    return made

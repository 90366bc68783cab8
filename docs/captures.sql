-- Captures as tables of DuckDB (1.1 or later). Say first where they are:
--   SET VARIABLE captures = 'drops/*.ndjson';
-- A row of a view is an event; `file`, `conn` and `seq` name it. Times are nanoseconds since the file's run began.

-- Every line of every file. What a format 1.1 line leaves out is at its default.
CREATE OR REPLACE VIEW lines AS
SELECT filename AS file, (json->>'conn')::BIGINT AS conn, (json->>'seq')::BIGINT AS seq, (json->>'t_ns')::BIGINT AS t_ns,
       json->>'kind' AS kind, json
FROM read_ndjson_objects(getvariable('captures'), filename = true, maximum_object_size = 134217728);

CREATE OR REPLACE VIEW captures AS
SELECT file, (json->>'started')::TIMESTAMPTZ AS started, json->>'tool' AS tool, json->>'profile' AS profile
FROM lines WHERE kind = 'capture';

CREATE OR REPLACE VIEW opens AS
SELECT file, conn, seq, t_ns, json->>'role' AS role, json->>'url' AS url, (json->>'parent')::BIGINT AS parent
FROM lines WHERE kind = 'open';

CREATE OR REPLACE VIEW connects AS
SELECT file, conn, seq, t_ns, json->>'remote' AS remote, (json->>'duration_ns')::BIGINT AS duration_ns, json->>'error' AS error
FROM lines WHERE kind = 'connect';

CREATE OR REPLACE VIEW tls AS
SELECT file, conn, seq, t_ns, json->>'version' AS version, json->>'cipher' AS cipher, json->>'issuer' AS issuer, json->>'error' AS error
FROM lines WHERE kind = 'tls';

CREATE OR REPLACE VIEW requests AS
SELECT file, conn, seq, t_ns, json->>'start_line' AS start_line, json->'headers' AS headers FROM lines WHERE kind = 'request';

CREATE OR REPLACE VIEW responses AS
SELECT file, conn, seq, t_ns, (json->>'status')::INTEGER AS status, json->'headers' AS headers, json->>'body' AS body
FROM lines WHERE kind = 'response';

-- One row a header field of either head.
CREATE OR REPLACE VIEW headers AS
SELECT file, conn, seq, kind, field->>'name' AS name, field->>'value' AS value
FROM (SELECT file, conn, seq, kind, unnest((json->'headers')::JSON[]) AS field FROM lines WHERE kind IN ('request', 'response'));

CREATE OR REPLACE VIEW frames AS
SELECT file, conn, seq, t_ns, json->>'from' AS side, coalesce(json->>'name', 'text') AS name, coalesce((json->>'fin')::BOOLEAN, true) AS fin,
       coalesce((json->>'rsv')::INTEGER, 0) AS rsv, json->>'mask' AS mask, (json->>'length')::UBIGINT AS length,
       json->>'text' AS text, json->>'base64' AS base64, (json->>'close_code')::INTEGER AS close_code, json->>'reason' AS reason
FROM lines WHERE kind = 'frame';

-- The content of compressed messages.
CREATE OR REPLACE VIEW inflated AS
SELECT file, conn, seq, t_ns, json->>'from' AS side, (json->>'length')::UBIGINT AS length, json->>'text' AS text, json->>'error' AS error
FROM lines WHERE kind = 'inflated';

-- What a relay did besides relaying (whydrop proxy).
CREATE OR REPLACE VIEW interventions AS
SELECT file, conn, seq, t_ns, json->>'what' AS what, json->>'to' AS side, json->>'detail' AS detail FROM lines WHERE kind = 'intervention';

CREATE OR REPLACE VIEW endings AS
SELECT file, conn, seq, t_ns, json->>'how' AS how, json->>'by' AS by, json->>'detail' AS detail FROM lines WHERE kind = 'ending';

-- These are there where the capture was made with --with-opinions.
CREATE OR REPLACE VIEW findings AS
SELECT file, conn, seq, json->>'id' AS id, json->>'severity' AS severity, json->>'says' AS says FROM lines WHERE kind = 'finding';

CREATE OR REPLACE VIEW verdicts AS
SELECT file, conn, seq, (json->>'code')::INTEGER AS code, json->>'cause' AS cause, json->>'headline' AS headline
FROM lines WHERE kind = 'verdict';

-- What a side said, compressed or not, in order.
CREATE OR REPLACE VIEW said AS
SELECT file, conn, seq, t_ns, side, text FROM frames WHERE name IN ('text', 'binary') AND (text IS NOT NULL OR base64 IS NOT NULL)
UNION ALL
SELECT file, conn, seq, t_ns, side, text FROM inflated;

-- One row a WebSocket connection: who the client was, how long the session lasted, what it said last, how it ended.
CREATE OR REPLACE VIEW sessions AS
SELECT o.file, o.conn, o.url, agent.value AS client, up.t_ns IS NOT NULL AS opened, (e.t_ns - up.t_ns) / 1e9 AS age_s,
       sent.n AS sent, received.n AS received,
       CASE WHEN json_valid(sent.text) THEN coalesce(sent.text::JSON->>'$.type', sent.text::JSON->>'$.event', left(sent.text, 60))
            ELSE left(sent.text, 60) END AS last_sent,
       close.side AS closed_by, close.close_code AS code, e.how
FROM opens o
LEFT JOIN headers agent ON agent.file = o.file AND agent.conn = o.conn AND agent.kind = 'request' AND lower(agent.name) = 'user-agent'
LEFT JOIN responses up ON up.file = o.file AND up.conn = o.conn AND up.status = 101
LEFT JOIN endings e ON e.file = o.file AND e.conn = o.conn
LEFT JOIN (SELECT file, conn, count(*) AS n, max_by(text, seq) AS text FROM said WHERE side = 'client' GROUP BY ALL) sent
       ON sent.file = o.file AND sent.conn = o.conn
LEFT JOIN (SELECT file, conn, count(*) AS n FROM said WHERE side = 'server' GROUP BY ALL) received
       ON received.file = o.file AND received.conn = o.conn
LEFT JOIN (SELECT file, conn, min_by(side, seq) AS side, min_by(close_code, seq) AS close_code FROM frames WHERE name = 'close' GROUP BY ALL) close
       ON close.file = o.file AND close.conn = o.conn
WHERE o.role = 'websocket';

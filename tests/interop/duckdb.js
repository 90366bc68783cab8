// docs/captures.sql in DuckDB, over the captures of fixtures/sessions. Outside run.sh and CI: the package is large.
//   npm install --prefix FOLDER @duckdb/node-api@1.5.6-r.1 && NODE_PATH=FOLDER/node_modules node tests/interop/duckdb.js
'use strict';
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const {DuckDBInstance} = require('@duckdb/node-api');

const root = path.resolve(__dirname, '../..');
const views = fs.readFileSync(path.join(root, 'docs/captures.sql'), 'utf8');

async function rowsOf(connection, query) {
  return (await connection.runAndReadAll(query)).getRowsJson();
}

async function main() {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const over = async files => {
    await connection.run(`SET VARIABLE captures = '${path.join(root, files)}'`);
    for (const statement of views.replace(/^--.*$/gm, '').split(';').filter(text => text.trim())) {
      await connection.run(statement);
    }
  };
  await over('fixtures/sessions/drop-*.ndjson');
  assert.deepStrictEqual(
      await rowsOf(connection, 'SELECT last_sent, how, count(*) FROM sessions GROUP BY ALL ORDER BY ALL'),
      [['message', 'fin', '1'], ['one', 'reset', '1'], [null, 'fin_mid_frame', '1']]);
  const documented = fs.readFileSync(path.join(root, 'docs/captures.md'), 'utf8').match(/SELECT client[^"]*/)[0];
  assert.strictEqual((await rowsOf(connection, documented)).length, 3);
  await over('fixtures/captures/v1.1/all-kinds.ndjson');
  for (const view of views.match(/(?<=OR REPLACE VIEW )\w+/g)) {
    const [[count]] = await rowsOf(connection, `SELECT count(*) FROM ${view}`);
    assert(Number(count) > 0, `${view} is empty`);
  }
  console.log('ok');
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});

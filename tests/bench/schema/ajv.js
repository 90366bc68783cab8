// What bench_schema measures, by ajv: parse and compiled validate. usage: node ajv.js SCHEMA MESSAGES [ROUNDS]
const fs = require('fs');
const Ajv = require('ajv');

const turns = 50000;
const schema = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const messages = fs.readFileSync(process.argv[3], 'utf8').trim().split('\n');
const validate = new Ajv({allErrors: false, allowUnionTypes: true}).compile(schema);

function round() {
  const before = process.cpuUsage();
  for (let turn = 0; turn < turns; ++turn) {
    for (const message of messages) {
      if (!validate(JSON.parse(message))) {
        console.error('ajv.js: not valid: ' + message);
        process.exit(1);
      }
    }
  }
  const used = process.cpuUsage(before);
  return (used.user + used.system) * 1000 / turns / messages.length;
}

round();  // The engine compiles what it runs often.
const times = Array.from({length: Number(process.argv[4] || 5)}, round).sort((a, b) => a - b);
console.log('ajv parse+validate ' + times[times.length >> 1].toFixed(0));

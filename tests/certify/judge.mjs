// Reads {script, data, cases: [[text, clock], ...]} and writes what the browser's verifier says of each.
import { readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";

const given = JSON.parse(readFileSync(0, "utf-8"));
const { prepare, judge } = runInThisContext(`${given.script}\n;({ prepare, judge })`);
const data = await prepare(given.data);
const found = [];
for (const [text, clock] of given.cases) found.push(await judge(text, data, clock));
process.stdout.write(JSON.stringify(found));

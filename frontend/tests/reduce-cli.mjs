// The page's reducer for tests in other languages.
//
//     node frontend/tests/reduce-cli.mjs < frames.jsonl > states.jsonl
//
// Each line of input is a JSON array of server frames, in the order one client got them (over all
// its sockets, each beginning with `hello`), and pages of older items, {"type": "older", "to": …}. Each line of output is the state they reduce to:
// {thread_id, title, seq, epoch, items, runs, active_run, forks, resync}.

import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));
const { module } = await runnerImport(`${here}reduce-cli.ts`, { configFile: false, root: here });

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() !== '') process.stdout.write(`${module.reducedLine(line)}\n`);
}

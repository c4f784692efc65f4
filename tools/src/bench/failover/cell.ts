import { contenders } from './contenders.ts';
import { faults, isFault } from './faults.ts';
import { runFault } from './run.ts';

/**
 * One contender under one fault, in a process of its own: some of them throw where nobody can
 * catch it. Prints one line of JSON.
 */
const uncaught = new Set<string>();
const note = (error: unknown): void => {
  uncaught.add(error instanceof Error ? error.message : String(error));
};
process.on('uncaughtException', note);
process.on('unhandledRejection', note);

const [contenderName = '', faultName = ''] = process.argv.slice(2);
const contender = contenders[contenderName];
if (!contender || !isFault(faultName)) {
  throw new Error(`Usage: cell.ts CONTENDER FAULT
  contenders: ${Object.keys(contenders).join(' ')}
  faults: ${Object.keys(faults).join(' ')}`);
}

const result = await runFault(contender, faults[faultName]);
// JSON knows no Infinity, which is what a silence that never ended is.
const text = JSON.stringify({ ...result, uncaught: [...uncaught] }, (_, value: unknown) =>
  value === Infinity ? 'never' : value,
);
process.stdout.write(`${text}\n`);
process.exit(0);

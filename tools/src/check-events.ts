import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { EventType } from '@crm/kit/event/event';
import { z } from 'zod';
import {
  contractFile,
  contractOf,
  contractProblems,
  type EventContract,
} from './event-contract.ts';
import { main, say, UserError } from './mesh/say.ts';
import { schemasFolder } from './schemas.ts';

const events = join(fileURLToPath(schemasFolder), 'events');
const golden = join(events, 'golden');

const contractSchema = z.object({
  type: z.string(),
  schemaVersion: z.number(),
  visibility: z.string(),
  data: z.record(z.string(), z.unknown()),
});

/** Fails when a released event changed its shape; `--write` records those that are new. */
const usage = `npm run record-events
  Writes the shape of each new event version.`;

await main(usage, async () => {
  if (!existsSync(events)) return;
  const current = (await loadEvents()).map(contractOf);
  const problems = [...goneProblems(current), ...current.flatMap(problemsOf)];
  if (problems.length > 0) throw new UserError(problems.join('\n'));

  const unrecorded = current.filter((contract) => !isRecorded(contract));
  if (process.argv.includes('--write')) return record(unrecorded);
  if (unrecorded.length > 0) {
    const names = unrecorded.map(contractFile).join(', ');
    throw new UserError(`Not recorded yet: ${names}\nRecord them: npm run record-events`);
  }
});

/** Every event that a module in schemas/events exports. */
async function loadEvents(): Promise<EventType[]> {
  const files = readdirSync(events).filter((file) => file.endsWith('.ts'));
  const modules: object[] = await Promise.all(
    files.map((file) => import(pathToFileURL(join(events, file)).href)),
  );
  const found = new Set(modules.flatMap((module) => Object.values(module)).filter(isEvent));
  return [...found];
}

function isEvent(value: unknown): value is EventType {
  return (
    typeof value === 'object' &&
    value !== null &&
    'schemaVersion' in value &&
    'data' in value &&
    value.data instanceof z.ZodType
  );
}

/** A version that was released is defined as long as one of its events may be read again. */
function goneProblems(current: readonly EventContract[]): string[] {
  const defined = new Set(current.map(contractFile));
  return recordedFiles()
    .filter((file) => !defined.has(file))
    .map((file) => `${file}: this version is no longer defined`);
}

function problemsOf(contract: EventContract): string[] {
  const released = readRecorded(contract);
  if (!released) return [];
  const file = contractFile(contract);
  return contractProblems(released, contract).map((problem) => `${file}: ${problem}`);
}

/** An optional field that was added is recorded too, so that it cannot be taken away again. */
function isRecorded(contract: EventContract): boolean {
  return JSON.stringify(readRecorded(contract)) === JSON.stringify(contract);
}

function readRecorded(contract: EventContract): EventContract | null {
  const file = join(golden, contractFile(contract));
  return existsSync(file) ? contractSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : null;
}

function recordedFiles(): string[] {
  return existsSync(golden) ? readdirSync(golden) : [];
}

function record(contracts: readonly EventContract[]): void {
  mkdirSync(golden, { recursive: true });
  for (const contract of contracts) {
    const text = `${JSON.stringify(contract, null, 2)}\n`;
    writeFileSync(join(golden, contractFile(contract)), text);
    say(`recorded ${contractFile(contract)}`);
  }
}

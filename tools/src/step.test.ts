import { describe, expect, test } from '@jest/globals';
import { runStep } from './step.ts';

const node = (program: string): [string, ...string[]] => [process.execPath, '-e', program];

/** Prints, and starts another that would outlive it and keep its output open. */
const withChild = `
  require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
  console.log('so far');
  setInterval(() => {}, 1000);`;

const never = new AbortController().signal;
const twenty = { msMax: 20_000, stop: never };

const failure = async (run: Promise<void>): Promise<string> =>
  run.then(
    () => 'none',
    (error: Error) => error.message,
  );

describe('A step of the checks', () => {
  test('passes when its program does, and fails with what it printed', async () => {
    await runStep(node('console.log("fine")'), twenty);
    const message = await failure(runStep(node('console.log("broken"); process.exit(3)'), twenty));
    expect(message).toBe('broken');
  });

  test('says when it was stopped, with what it printed, and ends what it had started', async () => {
    const message = await failure(runStep(node(withChild), { msMax: 3000, stop: never }));
    expect(message).toBe('stopped after 3.0 s\nso far');
  });
});

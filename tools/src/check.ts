import { check } from './check-steps.ts';
import { main, say, seconds } from './mesh/say.ts';
import { untilStopSignal } from './mesh/stop-signal.ts';

/** Everything that can be checked without a server. */
const usage = `npm run check
  Everything that can be checked without a server: types, lint, format, contracts.`;

await main(usage, async () => {
  const startedAt = performance.now();
  const interrupt = new AbortController();
  void untilStopSignal().then(() => interrupt.abort());
  const failed = await check(interrupt.signal);
  const took = seconds(performance.now() - startedAt);
  say(failed.length === 0 ? `All good (${took})` : `Failed: ${failed.join(', ')} (${took})`);
  // The handlers for signals would keep this process.
  process.exit(failed.length === 0 ? 0 : 1);
});

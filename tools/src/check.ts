import { check } from './check-steps.ts';
import { main, say, seconds } from './mesh/say.ts';

/** Everything that can be checked without a server. */
await main(async () => {
  const startedAt = performance.now();
  const failed = await check();
  say(failed === 0 ? `All good (${seconds(performance.now() - startedAt)})` : `${failed} failed`);
  return failed === 0 ? 0 : 1;
});

import process from 'node:process';
import type { Log } from '../log.ts';

/** Below the 30 s after which orchestrators kill. */
const stopMsMax = 25_000;

/**
 * Runs `stop` once on SIGTERM or SIGINT, then ends the process; a second signal, or 25 s, ends it
 * at once. Gives a function that takes the handlers away again.
 */
export function stopOnSignal(log: Log, stop: () => Promise<void>): () => void {
  let isStopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), stopMsMax).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ reason: String(error) }, 'stopped badly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  return () => {
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { errorNumber } from '../data-source/errors.ts';

type Session = { readonly query: (statement: string) => Promise<unknown> };

/** MySQL counts it in whole seconds. */
const lockWaitS = 1;
const pauseMs = 500;
const attemptsMax = 120;
const lockWaitTimeout = 1205;

/**
 * Changes tables while they are used. The statement waits for all who have touched them, and whoever
 * comes after it waits for the statement: so it gives way after a second, and comes again. Without
 * that it may wait for ever for one who waits for a row of another who waits for it, because MySQL
 * does not look for circles through both kinds of locks. Fails after three minutes.
 */
export async function changeTable(session: Session, statement: string): Promise<void> {
  await session.query(`SET SESSION lock_wait_timeout = ${lockWaitS}`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return void (await session.query(statement));
    } catch (error) {
      if (errorNumber(error) !== lockWaitTimeout || attempt === attemptsMax) throw error;
      await sleep(pauseMs);
    }
  }
}

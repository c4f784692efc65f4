import type { DataSource } from 'typeorm';
import type { Bus } from './bus.ts';
import type { Log } from '../log.ts';
import { lastPublished, unpublishAfter } from './outbox.ts';
import { isEvent } from './relay-publish.ts';

type Scope = { readonly db: DataSource; readonly bus: Bus; readonly log: Log };

/**
 * Notices a stream that was wiped, made anew or cut off, and has its events published again. It is
 * judged by its content: the newest event that was published has to be where it was stored.
 */
export async function repairStream({ db, bus, log }: Scope): Promise<void> {
  await bus.ensureStream();
  const newest = await lastPublished(db);
  if (!newest || isEvent(await bus.messageAt(newest.seq), newest.eventId)) return;

  const keptSeq = await findKept(db, bus, newest.seq);
  const count = await unpublishAfter(db, keptSeq);
  log.error({ keptSeq, count }, 'the stream has lost events, which are published again');
}

/** Halves the way to the last sequence up to which the stream still holds what was published. */
async function findKept(db: DataSource, bus: Bus, lostSeq: number): Promise<number> {
  let kept = 0;
  let lost = lostSeq;
  while (lost - kept > 1) {
    const middle = Math.floor((kept + lost) / 2);
    const place = await lastPublished(db, middle);
    const isKept =
      !place || place.seq <= kept || isEvent(await bus.messageAt(place.seq), place.eventId);
    if (isKept) kept = middle;
    else lost = place.seq;
  }
  return kept;
}

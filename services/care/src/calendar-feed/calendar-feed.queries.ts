import type { App } from '@crm/kit/context';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import { CalendarFeedEntity } from './calendar-feed.fields.ts';
import { hashOfSecret, writeCalendar } from './calendar-feed.ts';
import { findFeedEvents } from './feed-events.repository.ts';
import { viewerOf } from './feed-viewer.repository.ts';

/** What the owner of a feed may see now, as a calendar; null for a secret that is none any more. */
export async function readCalendar({ db, now }: App, secret: string): Promise<string | null> {
  const { manager } = db;
  const [feed] = await selectRows(
    manager,
    CalendarFeedEntity,
    sql`WHERE t.secretHash = ${hashOfSecret(secret)} AND t.revokedAt IS NULL
      AND t.deletedAt IS NULL`,
  );
  const viewer = feed ? await viewerOf(manager, feed) : null;
  if (!feed || viewer === null) return null;
  const events = await findFeedEvents(manager, { viewer, scope: feed.scope, now: now() });
  return writeCalendar(events, feed.locale);
}

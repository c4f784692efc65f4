import type { RequestContext } from '@crm/kit/context';
import { transact } from '@crm/kit/database/database';
import { forbidden } from '@crm/kit/errors';
import { idToBytes } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { changesOf } from '@crm/kit/record/difference';
import { insertRecords, lockForWriting, newRow, writeChange } from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import type { Language } from '../template/merge-field.ts';
import { CalendarFeedEntity, type CalendarFeed } from './calendar-feed.fields.ts';
import { hashOfSecret, newSecret } from './calendar-feed.ts';

type Scope = RequestContext & { readonly publicUrl: string };

type RenewInput = {
  readonly scope: CalendarFeed['scope'];
  readonly locale?: Language | null;
};

type RenewedFeed = { readonly feed: CalendarFeed; readonly url: string };

/** Gives an address, which is shown this once. The one of before ends. */
export const renewCalendarFeed = (context: Scope, input: RenewInput): Promise<RenewedFeed> =>
  inWork(context, async (work) => {
    const { staffId, subject, roles, teamIds } = work.viewer;
    if (staffId === null) throw forbidden('Only members of staff have a calendar');
    const values = {
      scope: input.scope,
      locale: input.locale ?? 'ZH_CN',
      subject,
      staffId,
      roles,
      teamIds,
      renewedAt: work.now,
      revokedAt: null,
    };
    const feed = await save(work, values);
    const secret = newSecret();
    await work.manager.query('UPDATE calendarFeed SET secretHash = ? WHERE id = ?', [
      hashOfSecret(secret),
      idToBytes(feed.id),
    ]);
    return { feed, url: `${context.publicUrl}/hooks/care/calendar/${secret}.ics` };
  });

/** Ends the address of a feed. The same again changes nothing. */
export const revokeCalendarFeed = (
  context: RequestContext,
  { id }: { readonly id: string },
): Promise<CalendarFeed> =>
  inWork(context, async (work) => {
    const before = await lockForWriting(work, CalendarFeedEntity, id);
    return before.revokedAt === null ? move(work, before, { revokedAt: work.now }) : before;
  });

/** An account has one feed of each scope. */
async function save(work: Work, values: Partial<CalendarFeed>): Promise<CalendarFeed> {
  const [before] = await selectRows(
    work.manager,
    CalendarFeedEntity,
    sql`WHERE t.subject = ${values.subject ?? ''} AND t.scope = ${values.scope ?? ''} FOR UPDATE`,
  );
  if (before) return move(work, before, values);
  const feed = newRow(work, CalendarFeedEntity, {
    values: new Map<string, unknown>(Object.entries(values)),
    rules: {},
  });
  await insertRecords(work, CalendarFeedEntity, [feed]);
  return feed;
}

async function move(
  work: Work,
  before: CalendarFeed,
  values: Partial<CalendarFeed>,
): Promise<CalendarFeed> {
  const changes = changesOf(CalendarFeedEntity, before, new Map(Object.entries(values)));
  return (await writeChange(work, CalendarFeedEntity, { before, changes })).after;
}

const inWork = <Value>(
  { app, viewer, requestId }: RequestContext,
  run: (work: Work) => Promise<Value>,
): Promise<Value> =>
  transact(app.db, (manager) => run({ manager, viewer, now: app.now(), requestId }));

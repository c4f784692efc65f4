import type { RequestContext } from '@crm/kit/context';
import { addDays } from '@crm/kit/day';
import { invalid } from '@crm/kit/errors';
import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import { listPage, type Connection, type PageArgs } from '@crm/kit/record/page';
import { sql } from '@crm/kit/sql';
import { companyTimeZone } from '../suppression/suppression.ts';
import { instantOf } from '../suppression/time-of-day.ts';
import { CareTaskEntity, type CareTask } from './task.fields.ts';

/** What comes first is done first. */
export const dueFirst = <Args extends PageArgs>(args: Args): Args => ({
  ...args,
  orderBy: args.orderBy?.length ? args.orderBy : [{ field: 'dueAt', direction: 'ASC' }],
});

type CalendarArgs = Pick<PageArgs, 'after' | 'first'> & {
  readonly from: string;
  readonly to: string;
  readonly ownerId?: string | null;
  readonly teamIds?: readonly string[] | null;
};

const daysMax = 92;

/** What is to be done, and was, on days of the company: both included. */
export async function careCalendar(
  context: RequestContext,
  { from, to, ownerId, teamIds, ...page }: CalendarArgs,
): Promise<Connection<CareTask>> {
  if (from > to || to > addDays(from, daysMax)) {
    throw invalid(`Ask for a span of ${daysMax} days at most`);
  }
  const assignees = await assigneesOf(context, ownerId ?? null, teamIds ?? null);
  const where = {
    dueAt: {
      gte: instantOf(from, '00:00', companyTimeZone),
      lt: instantOf(addDays(to, 1), '00:00', companyTimeZone),
    },
    state: { in: ['PROPOSED', 'SELECTED', 'SCHEDULED', 'SENT', 'DONE'] },
    ...(assignees && { assigneeId: { in: assignees } }),
  };
  return listPage(context, CareTaskEntity, dueFirst({ ...page, where }));
}

const staffMax = 1000;

/** One of the staff, everybody who is in some teams now, or both; null for everybody. */
async function assigneesOf(
  { app }: RequestContext,
  ownerId: string | null,
  teamIds: readonly string[] | null,
): Promise<readonly string[] | null> {
  if (ownerId === null && teamIds === null) return null;
  const own = ownerId === null ? [] : [ownerId];
  const teams = (teamIds ?? []).filter(isId).map(idToBytes);
  const { text, values } = sql`SELECT id FROM staffMember WHERE teamId IN (${teams})
    AND deletedAt IS NULL ORDER BY id LIMIT ${staffMax}`;
  const rows: { id: Uint8Array }[] = await app.db.manager.query(text, [...values]);
  return [...own, ...rows.map(({ id }) => idFromBytes(id))];
}

/** The work of somebody: what is to be confirmed or done until so many days ahead. */
export const dueWithin = (
  { app }: RequestContext,
  args: PageArgs & { readonly withinDays: number },
): PageArgs => {
  const { withinDays, where, ...page } = args;
  if (withinDays < 0 || withinDays > daysMax) {
    throw invalid(`withinDays must be from 0 to ${daysMax}`);
  }
  const until = new Date(app.now().getTime() + withinDays * 86_400_000);
  const isOpen = { state: { in: ['PROPOSED', 'SELECTED'] }, dueAt: { lte: until } };
  return dueFirst({ ...page, where: { all: [isOpen, where ?? {}] } });
};

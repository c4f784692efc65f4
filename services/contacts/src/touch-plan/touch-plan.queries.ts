import type { RequestContext } from '@crm/kit/context';
import { addDays } from '@crm/kit/day';
import { idFromBytes } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import { loaderBy, type Loader } from '@crm/kit/record/loader';
import type { PageArgs } from '@crm/kit/record/page';
import { parentTable } from '@crm/kit/record/pages-by';
import { scopeSql } from '@crm/kit/record/policy';
import { sql, type Sql } from '@crm/kit/sql';
import type { Entity } from '@crm/kit/record/entity';
import { InteractionEntity } from '../interaction/interaction.fields.ts';
import { TouchPlanEntity } from './touch-plan.fields.ts';

/** The arguments of a list of plans, which begins with those that are due and ends with those that ended. */
export const dueFirst = <Args extends PageArgs>(args: Args): Args => ({
  ...args,
  orderBy: args.orderBy?.length
    ? args.orderBy
    : [
        { field: 'status', direction: 'ASC' },
        { field: 'nextDueOn', direction: 'ASC' },
      ],
});

type DueArgs = {
  readonly withinDays: number;
  readonly first?: number | null;
  readonly after?: string | null;
};

/** The plans that are to be kept by a day, those of days before too. */
export const dueWithin = ({ app }: RequestContext, { withinDays, ...args }: DueArgs): PageArgs => ({
  ...args,
  where: {
    status: { in: ['PLANNED', 'DUE'] },
    nextDueOn: { lte: addDays(companyDate(app.now()), withinDays) },
  },
  orderBy: [{ field: 'nextDueOn', direction: 'ASC' }],
});

/** When customers are to be heard of next: by their plans, or as their latest interaction says. */
export const nextTouchLoader = (context: RequestContext): Loader<string> =>
  loaderBy(async (customerIds) => {
    const { text, values } = sql`SELECT p.parentId,
        LEAST(COALESCE(plan.dueOn, latest.nextTouchOn), COALESCE(latest.nextTouchOn, plan.dueOn)) AS nextOn
      FROM ${parentTable(customerIds)} p,
      LATERAL (SELECT MIN(t.nextDueOn) AS dueOn FROM touchPlan t
        WHERE t.customerId = p.parentId AND t.status IN ('PLANNED', 'DUE')
          AND ${readable(context, TouchPlanEntity)}) plan,
      LATERAL (SELECT MIN(i.nextTouchOn) AS nextTouchOn FROM (
        SELECT t.nextTouchOn FROM interaction t
        WHERE t.customerId = p.parentId AND ${readable(context, InteractionEntity)}
        ORDER BY t.occurredAt DESC, t.id DESC LIMIT 1) i) latest`;
    const rows: { parentId: Uint8Array; nextOn: string | null }[] =
      await context.app.db.manager.query(text, [...values]);
    return new Map(
      rows.flatMap(({ parentId, nextOn }) =>
        nextOn === null ? [] : [[idFromBytes(parentId), nextOn] as const],
      ),
    );
  });

const readable = ({ viewer, app }: RequestContext, entity: Entity): Sql =>
  sql`t.deletedAt IS NULL AND ${scopeSql(viewer, 'read', { entity, alias: 't', now: app.now() })}`;

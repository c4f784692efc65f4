import { idToBytes } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { newRow, type Change } from '@crm/kit/record/record';
import { insertRows, selectRows } from '@crm/kit/record/store';
import { raw, sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import type { Customer } from '../customer/customer.fields.ts';
import {
  LifecycleRuleEntity,
  LifecycleStepEntity,
  LifecycleTransitionEntity,
  type LifecycleRule,
  type LifecycleStep,
  type LifecycleTransition,
  type TransitionSource,
} from './lifecycle.fields.ts';

/** How a customer came to a stage. */
export type Cause = {
  readonly source: TransitionSource;
  readonly reason?: string | null;
  readonly ruleCode?: string | null;
  readonly reviewOn?: string | null;
};

type Saved = {
  readonly created?: readonly Customer[];
  readonly changed?: readonly Change<Customer>[];
  readonly cause?: Cause;
};

/** Keeps how customers came to their stages, whoever changed them. */
export async function saveTransitions(
  work: Work,
  { created = [], changed = [], cause = { source: 'MANUAL' } }: Saved,
): Promise<void> {
  const moved = changed.filter(
    ({ before, after }) => before.lifecycleStage !== after.lifecycleStage,
  );
  await endStages(
    work,
    moved.map(({ after }) => after.id),
  );
  await insertRows(work.manager, LifecycleTransitionEntity, [
    ...created.map((customer) => transitionOf(work, { from: null, customer, cause })),
    ...moved.map(({ before, after }) =>
      transitionOf(work, { from: before.lifecycleStage, customer: after, cause }),
    ),
  ]);
}

async function endStages({ manager, now }: Work, customerIds: readonly string[]): Promise<void> {
  if (customerIds.length === 0) return;
  const { text, values } = sql`UPDATE lifecycleTransition
    SET endedAt = ${now}, version = version + 1, updatedAt = ${now}
    WHERE isCurrent = 1 AND customerId IN (${customerIds.map(idToBytes)})`;
  await manager.query(text, [...values]);
}

type Moved = { readonly from: string | null; readonly customer: Customer; readonly cause: Cause };

const transitionOf = (work: Work, { from, customer, cause }: Moved): LifecycleTransition =>
  newRow(work, LifecycleTransitionEntity, {
    values: new Map<string, unknown>([
      ['customerId', customer.id],
      ['fromStage', from],
      ['toStage', customer.lifecycleStage],
      ['source', cause.source],
      ['reason', cause.reason ?? null],
      ['ruleCode', cause.ruleCode ?? null],
      ['reviewOn', cause.reviewOn ?? null],
    ]),
    rules: {},
  });

const configuredMax = 500;

export const findSteps = (manager: EntityManager): Promise<LifecycleStep[]> =>
  selectRows(
    manager,
    LifecycleStepEntity,
    sql`WHERE t.deletedAt IS NULL ORDER BY t.toStage, t.fromStage, t.id LIMIT ${raw(String(configuredMax))}`,
  );

export const findRules = (manager: EntityManager): Promise<LifecycleRule[]> =>
  selectRows(
    manager,
    LifecycleRuleEntity,
    sql`WHERE t.deletedAt IS NULL ORDER BY t.priority DESC, t.code LIMIT ${raw(String(configuredMax))}`,
  );

export async function hasOrders({ manager }: Work, customerId: string): Promise<boolean> {
  const rows: unknown[] = await manager.query(
    `SELECT 1 FROM salesOrder
     WHERE customerId = ? AND status <> 'CANCELLED' AND deletedAt IS NULL LIMIT 1`,
    [idToBytes(customerId)],
  );
  return rows.length > 0;
}

import type { RequestContext } from '@crm/kit/context';
import { loaderBy, type Loader } from '@crm/kit/record/loader';
import { listPage, type Connection, type PageArgs } from '@crm/kit/record/page';
import { allow, scopeOf } from '@crm/kit/record/policy';
import { findByIds, selectRows } from '@crm/kit/record/store';
import { raw, sql } from '@crm/kit/sql';
import { CustomerEntity } from '../customer/customer.fields.ts';
import {
  DuplicateCandidateEntity,
  DuplicateRuleEntity,
  DuplicateScanEntity,
  duplicateFields,
  type DuplicateCandidate,
  type DuplicateRule,
  type DuplicateScan,
} from './duplicate.fields.ts';
import { findMatches, findMatchesOf } from './duplicate.repository.ts';
import { scoreOf, type DuplicateMatch, type Recognisable } from './duplicate.ts';

/** Customers that may be the one described, the most alike first. */
export async function findDuplicates(
  { app, viewer }: RequestContext,
  input: Recognisable,
): Promise<DuplicateMatch[]> {
  allow(viewer, 'write', 'customers');
  const now = app.now();
  return byScore(await findMatches(app.db.manager, input, { viewer, now }));
}

export const byScore = (matches: readonly DuplicateMatch[]): DuplicateMatch[] =>
  matches.toSorted((one, other) => scoreOf(other) - scoreOf(one));

/** The matches of many customers at once. */
export const duplicatesLoader = ({
  app,
  viewer,
}: RequestContext): Loader<readonly DuplicateMatch[]> =>
  loaderBy(async (customerIds) => {
    // What others have is shown to those alone who may do something about it.
    if (scopeOf(viewer, 'write') === 'none') return new Map();
    const { manager } = app.db;
    const customers = await findByIds(manager, CustomerEntity, { ids: customerIds });
    const found = await findMatchesOf(manager, customers, { viewer, now: app.now() });
    return new Map(
      customerIds.map((id) => [
        id,
        byScore(found.filter(({ ofCustomer }) => ofCustomer === id).map(({ match }) => match)),
      ]),
    );
  });

/** The pairs both of which are there and may be read, the most alike first. */
export const candidatesPage = (
  context: RequestContext,
  { where, orderBy, ...args }: PageArgs,
): Promise<Connection<DuplicateCandidate>> =>
  listPage(context, DuplicateCandidateEntity, {
    ...args,
    where: { all: [where ?? {}, { first: {}, second: {} }] },
    orderBy: orderBy?.length ? orderBy : [{ field: 'score', direction: 'DESC' }],
  });

export const findRules = ({ app }: RequestContext): Promise<DuplicateRule[]> =>
  selectRows(
    app.db.manager,
    DuplicateRuleEntity,
    sql`WHERE t.deletedAt IS NULL ORDER BY t.field LIMIT ${raw(String(duplicateFields.length))}`,
  );

export async function latestScan({ app, viewer }: RequestContext): Promise<DuplicateScan | null> {
  allow(viewer, 'write', 'customers');
  const [scan] = await selectRows(
    app.db.manager,
    DuplicateScanEntity,
    sql`ORDER BY t.id DESC LIMIT 1`,
  );
  return scan ?? null;
}

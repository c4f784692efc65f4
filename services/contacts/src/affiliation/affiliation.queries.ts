import type { RequestContext } from '@crm/kit/context';
import { companyDate } from '@crm/kit/record/criteria';
import { decodeRow } from '@crm/kit/record/entity';
import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import { loaderBy, type Loader } from '@crm/kit/record/loader';
import type { PageArgs } from '@crm/kit/record/page';
import { activeOn, activeOnSql } from '@crm/kit/record/period';
import { scopeSql } from '@crm/kit/record/policy';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import { selectList, selectRows } from '@crm/kit/record/store';
import { PersonEntity, type Person } from '../person/person.fields.ts';
import type { AffiliationRole } from './affiliation.ts';
import { AffiliationEntity, type Affiliation } from './affiliation.fields.ts';

/** The people who have a role at a customer today that only one has at a time. */
export type RoleHolders = Readonly<Partial<Record<AffiliationRole, Person>>>;

/** The sole role holders of many customers in one statement. */
export const roleHolderLoader = (context: RequestContext): Loader<RoleHolders> =>
  loaderBy(async (customerIds) => {
    const known = customerIds.filter(isId).map(idToBytes);
    const { text, values } = sql`SELECT a.customerId AS ofCustomer, a.roles AS ofRoles,
        ${raw(selectList(PersonEntity, 't'))}
      FROM affiliation a JOIN person t ON t.id = a.personId
      WHERE a.customerId IN (${known}) AND t.deletedAt IS NULL AND ${inForce(context, 'a')}
        AND JSON_OVERLAPS(a.roles, '["PRINCIPAL", "LEGAL_REPRESENTATIVE"]')`;
    const rows: Record<string, unknown>[] = await context.app.db.manager.query(text, [...values]);
    const holders = new Map<string, RoleHolders>();
    for (const { ofCustomer, ofRoles, ...row } of rows) {
      if (!(ofCustomer instanceof Uint8Array) || !Array.isArray(ofRoles)) continue;
      const customerId = idFromBytes(ofCustomer);
      const person = decodeRow(PersonEntity, row);
      const roles = Object.fromEntries(ofRoles.map((role) => [String(role), person]));
      holders.set(customerId, { ...holders.get(customerId), ...roles });
    }
    return holders;
  });

/** Where people are first of all today. */
export const primaryAffiliationLoader = (context: RequestContext): Loader<Affiliation> =>
  loaderBy(async (personIds) => {
    const rows = await selectRows(
      context.app.db.manager,
      AffiliationEntity,
      sql`WHERE t.personId IN (${personIds.filter(isId).map(idToBytes)}) AND t.isPrimary = 1
        AND ${inForce(context, 't')}`,
    );
    return new Map(rows.map((row) => [row.personId, row]));
  });

/** Live, in force today, and within the viewer's reach. */
function inForce({ app, viewer }: RequestContext, alias: string): Sql {
  const now = app.now();
  return and([
    raw(`${alias}.deletedAt IS NULL`),
    activeOnSql(alias, companyDate(now)),
    scopeSql(viewer, 'read', { entity: AffiliationEntity, alias, now }),
  ]);
}

type AffiliationArgs = PageArgs & { readonly activeOn?: string | null };

/** The arguments of a list, kept to what was in force on the day asked for. */
export const onDay = ({ activeOn: day, where, ...args }: AffiliationArgs): PageArgs => ({
  ...args,
  where: day ? { all: [where ?? {}, activeOn(day)] } : (where ?? null),
});

/** The arguments that make a list one of the key people of today. */
export const keyPeople = ({ app }: RequestContext, args: PageArgs): PageArgs => ({
  ...args,
  where: { roles: { has: 'KEY_PERSON' }, ...activeOn(companyDate(app.now())) },
  orderBy: [{ field: 'sequence', direction: 'ASC' }],
});

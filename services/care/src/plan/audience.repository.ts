import { AppError, type FieldProblem } from '@crm/kit/errors';
import { idToBytes } from '@crm/kit/id';
import { companyDate, compileCriteria, type Criteria } from '@crm/kit/record/criteria';
import type { Entity } from '@crm/kit/record/entity';
import { activeOnSql } from '@crm/kit/record/period';
import { and, or, raw, sql, type Sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { PersonPulseEntity } from '../person/person.fields.ts';
import { PulseEntity } from '../pulse/pulse.fields.ts';
import type { Audience, CarePlan, PlanReach } from './plan.fields.ts';

export type AudienceOf = Pick<CarePlan, 'audience' | 'reach' | 'target'>;

const nobodyInParticular: Audience = {
  customers: null,
  people: null,
  segmentIds: [],
  customerIds: [],
  personIds: [],
};

const audienceOf = (plan: AudienceOf): Audience => plan.audience ?? nobodyInParticular;

/**
 * The people whom a plan is for as `p`, with the one customer as `c` through which each is: joins and
 * conditions after `FROM personPulse p`.
 */
export function audienceSql(plan: AudienceOf, { now, only }: { now: Date; only: Sql }): Sql {
  const audience = audienceOf(plan);
  return sql`LEFT JOIN LATERAL (${placeSql(plan, now)}) c ON TRUE
    WHERE ${and([
      raw("p.deletedAt IS NULL AND p.status = 'ACTIVE'"),
      only,
      inIds('p.id', audience.personIds),
      criteriaSql(PersonPulseEntity, 'p', { criteria: audience.people, now }),
      throughSql(plan),
    ])}`;
}

/** Where somebody is, that the plan is for: the main place before others. */
function placeSql(plan: AudienceOf, now: Date): Sql {
  const { customers, segmentIds, customerIds } = audienceOf(plan);
  return sql`SELECT a.customerId, k.ownerId
    FROM affiliation a JOIN customerPulse k ON k.id = a.customerId
    WHERE ${and([
      raw('a.personId = p.id AND a.deletedAt IS NULL AND k.deletedAt IS NULL'),
      activeOnSql('a', companyDate(now)),
      raw(roleOf[plan.target]),
      inIds('k.id', customerIds),
      segmentIds.length === 0
        ? raw('TRUE')
        : sql`EXISTS (SELECT 1 FROM segmentMember m WHERE m.subjectId = k.id
            AND m.segmentId IN (${segmentIds.map(idToBytes)}) AND m.deletedAt IS NULL)`,
      criteriaSql(PulseEntity, 'k', { criteria: customers, now }),
      reachSql('k', plan.reach),
    ])}
    ORDER BY a.isPrimary DESC, a.id LIMIT 1`;
}

/** Families are addressed through the principal. */
const roleOf: Readonly<Record<CarePlan['target'], string>> = {
  PRINCIPAL: `'PRINCIPAL' MEMBER OF(a.roles)`,
  PROXY: 'a.isProxy = 1',
  ALL_CONTACTS: 'TRUE',
  FAMILY_MEMBER: `'PRINCIPAL' MEMBER OF(a.roles)`,
};

/** Who is at no customer is reached as somebody's own, where the plan asks for no customer. */
function throughSql(plan: AudienceOf): Sql {
  const { customers, segmentIds, customerIds } = audienceOf(plan);
  const isSelective = customers !== null || segmentIds.length > 0 || customerIds.length > 0;
  const isOfCustomer = raw('c.customerId IS NOT NULL');
  return isSelective || plan.target !== 'ALL_CONTACTS'
    ? isOfCustomer
    : or([isOfCustomer, reachSql('p', plan.reach)]);
}

const inIds = (column: string, ids: readonly string[]): Sql =>
  ids.length === 0 ? raw('TRUE') : sql`${raw(column)} IN (${ids.map(idToBytes)})`;

function reachSql(alias: string, reach: PlanReach | null): Sql {
  if (reach === null) return raw('TRUE');
  const { staffId, teamIds } = reach;
  return or([
    sql`${raw(alias)}.ownerId = ${staffId === null ? null : idToBytes(staffId)}`,
    sql`${raw(alias)}.teamId IN (${teamIds.map(idToBytes)})`,
  ]);
}

type Tree = { readonly criteria: Criteria | null; readonly now: Date };

const criteriaSql = (entity: Entity, alias: string, { criteria, now }: Tree): Sql =>
  compileCriteria(
    {
      entity,
      alias,
      now,
      customFields: new Map(),
      mayRead: () => true,
      readable: () => raw('TRUE'),
    },
    criteria ?? {},
  );

/** What makes an audience's criteria no conditions. */
export const audienceProblems = (plan: AudienceOf, now: Date): FieldProblem[] => {
  const { customers, people } = audienceOf(plan);
  return [
    ...treeProblems('audience.customers', () =>
      criteriaSql(PulseEntity, 'k', { criteria: customers, now }),
    ),
    ...treeProblems('audience.people', () =>
      criteriaSql(PersonPulseEntity, 'p', { criteria: people, now }),
    ),
  ];
};

function treeProblems(path: string, compile: () => Sql): FieldProblem[] {
  try {
    compile();
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [{ path, message: error.message }];
  }
}

type Counting = {
  readonly now: Date;
  readonly only?: Sql;
  /** Counts no further. */
  readonly atMost?: number;
};

/** How many people a plan is for, whatever their days are. */
export async function countAudience(
  manager: EntityManager,
  plan: AudienceOf,
  { now, only = raw('TRUE'), atMost }: Counting,
): Promise<number> {
  const limit = atMost === undefined ? raw('') : sql`LIMIT ${atMost}`;
  const { text, values } = sql`SELECT COUNT(*) AS size FROM (SELECT p.id FROM personPulse p
    ${audienceSql(plan, { now, only })} ${limit}) people`;
  const [row]: { size: number }[] = await manager.query(text, [...values]);
  return row?.size ?? 0;
}

import { idFromBytes, idToBytes } from '@crm/kit/id';
import type { Entity } from '@crm/kit/record/entity';
import { readsCompany, scopeSql } from '@crm/kit/record/policy';
import { raw, sql } from '@crm/kit/sql';
import { roles as knownRoles, type Viewer } from '@crm/kit/viewer';
import { accessOfKind, entityOfKind } from '@crm/schemas/changes/change';
import type { EntityManager } from 'typeorm';
import { ProductEntity } from '../catalogue/product.fields.ts';
import { CustomerEntity } from '../customer/customer.fields.ts';
import { StaffMemberEntity, TeamEntity } from '../directory/directory.fields.ts';
import { NeedEntity } from '../need/need.fields.ts';
import { OpportunityEntity } from '../opportunity/opportunity.fields.ts';
import { SalesOrderEntity } from '../order/order.fields.ts';
import { PaymentEntity } from '../payment/payment.fields.ts';
import { ReceivableEntity } from '../receivable/receivable.fields.ts';
import type { Webhook } from './webhook.fields.ts';

type Query = Pick<EntityManager, 'query'>;

/** The account that a webhook tells for, as it is now. Null when it may be told nothing more. */
export async function viewerOf(
  manager: Query,
  { ownerSubject, staffId, roles, teamIds }: Webhook,
): Promise<Viewer | null> {
  const account = { subject: ownerSubject, staffId, roles: rolesOf(roles), purpose: null };
  const [member] =
    staffId === null
      ? []
      : await manager.query<readonly { active: number; teamId: Uint8Array | null }[]>(
          'SELECT active AND deletedAt IS NULL AS active, teamId FROM staffMember WHERE id = ?',
          [idToBytes(staffId)],
        );
  // A partner's grants are by the ids that its token gave.
  if (!member) return { ...account, teamIds: [...teamIds] };
  if (!member.active) return null;
  return { ...account, teamIds: member.teamId ? await teamsBelow(manager, member.teamId) : [] };
}

/** A role that no longer exists gives no right. */
const rolesOf = (names: readonly string[]): Viewer['roles'] =>
  knownRoles.filter((role) => names.includes(role));

const teamsMax = 1000;

/** The team itself first, then every team below it. */
async function teamsBelow(manager: Query, teamId: Uint8Array): Promise<string[]> {
  const rows = await manager.query<readonly { id: Uint8Array }[]>(
    `WITH RECURSIVE below (id, depth) AS (
       SELECT id, 0 FROM team WHERE id = ?
       UNION ALL
       SELECT team.id, depth + 1 FROM team JOIN below ON team.parentId = below.id WHERE depth < 20
     ) SELECT id FROM below ORDER BY depth LIMIT ${teamsMax}`,
    [teamId],
  );
  return rows.map(({ id }) => idFromBytes(id));
}

/** What a change is about. */
export type Target = {
  readonly entityKind: string;
  readonly entityId: string;
  readonly customerId: string | null;
};

const entitiesByKind: Readonly<Record<string, Entity>> = {
  CUSTOMER: CustomerEntity,
  SALES_ORDER: SalesOrderEntity,
  PAYMENT: PaymentEntity,
  RECEIVABLE: ReceivableEntity,
  NEED: NeedEntity,
  OPPORTUNITY: OpportunityEntity,
  STAFF_MEMBER: StaffMemberEntity,
  TEAM: TeamEntity,
  PRODUCT: ProductEntity,
};

/** Kinds that this service can judge: not people, whom only contacts knows. */
export const isJudged = (kind: string): boolean =>
  Object.hasOwn(entitiesByKind, kind) || ['company', 'customer'].includes(accessOfKind(kind) ?? '');

/** A record of its own, or the customer that a record of another service belongs to. */
function recordOf({ entityKind, entityId, customerId }: Target): [Entity, string] | null {
  const entity = entitiesByKind[entityKind];
  if (entity) return [entity, entityId];
  return accessOfKind(entityKind) === 'customer' && customerId !== null
    ? [CustomerEntity, customerId]
    : null;
}

type Rights = { readonly viewer: Viewer; readonly now: Date };

/** Tells of which targets the viewer may be told. A deleted record is judged as it was. */
export async function judge(
  manager: Query,
  targets: readonly Target[],
  { viewer, now }: Rights,
): Promise<(target: Target) => boolean> {
  const wanted = new Map<Entity, Set<string>>();
  for (const target of targets) {
    const [entity, id] = recordOf(target) ?? [];
    if (entity && id) wanted.set(entity, (wanted.get(entity) ?? new Set()).add(id));
  }
  const visible = new Set<string>();
  for (const [entity, ids] of wanted) {
    const scope = scopeSql(viewer, 'read', { entity, alias: 't', now });
    const { text, values } = sql`SELECT t.id FROM ${raw(`\`${entity.table}\``)} t
      WHERE t.id IN (${[...ids].map(idToBytes)}) AND ${scope}`;
    const rows = await manager.query<readonly { id: Uint8Array }[]>(text, [...values]);
    for (const row of rows) visible.add(`${entity.name} ${idFromBytes(row.id)}`);
  }
  return (target) => {
    if (entityOfKind(target.entityKind)?.isOwn && !readsCompany(viewer)) return false;
    const [entity, id] = recordOf(target) ?? [];
    if (entity) return visible.has(`${entity.name} ${id}`);
    return accessOfKind(target.entityKind) === 'company' && readsCompany(viewer);
  };
}

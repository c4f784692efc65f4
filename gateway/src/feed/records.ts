import { cursorOfId } from '@crm/kit/record/list-cursor';
import type { EntityType } from '@crm/schemas/changes/change';
import { z } from 'zod';
import type { RunRequest } from '../run.ts';
import { readFailure } from './refusal.ts';

/** A record that there is. */
export type Found = {
  readonly id: string;
  readonly version: number;
  /** The customer that it is about. */
  readonly customerId: string | null;
};

export type Condition = Readonly<Record<string, object>>;

type Wanted = {
  readonly entity: EntityType;
  readonly where: Condition | null;
  readonly afterId: string;
  readonly first: number;
};

const foundSchema = z.object({
  page: z.object({
    nodes: z.array(
      z.object({
        id: z.string(),
        version: z.number(),
        customer: z.object({ id: z.string() }).nullish(),
      }),
    ),
  }),
});

/** The next records by id that the viewer may see, from the service that owns them. */
export async function findRecords(
  call: RunRequest['call'],
  { entity, where, afterId, first }: Wanted,
): Promise<readonly Found[]> {
  const variables = { first, after: cursorOfId(afterId), ...(where && { where }) };
  const body = JSON.stringify({ query: listQuery(entity, where !== null), variables });
  const { data, errors } = await call({ service: entity.service, body, isQuery: true });
  const found = foundSchema.safeParse(data);
  if (errors[0] || !found.success) {
    throw readFailure(errors[0], `${entity.service} did not tell what there is`);
  }
  return found.data.page.nodes.map(({ id, version, customer }) => ({
    id,
    version,
    customerId: entity.kind === 'CUSTOMER' ? id : (customer?.id ?? null),
  }));
}

/** Asks for a page, of all or of those that a condition holds for. */
export function listQuery({ type, list, access }: EntityType, isFiltered: boolean): string {
  const [declared, given] = isFiltered ? [`, $where: ${type}Where`, ', where: $where'] : ['', ''];
  const customer = access === 'customer' ? 'customer { id }' : '';
  return `query Snapshot($first: Int!, $after: String!${declared}) {
    page: ${list}(first: $first, after: $after, orderBy: [{ field: "id" }]${given}) {
      nodes { id version ${customer} } } }`;
}

import { invalid } from '@crm/kit/errors';
import { newId } from '@crm/kit/id';
import type { Change } from '@crm/schemas/changes/change';
import { isRecord } from '../is-record.ts';
import type { RunRequest } from '../run.ts';
import type { SubgraphError } from '../subgraphs/answer.ts';
import type { Filter } from './filter.ts';
import { readFailure, refusalOf } from './refusal.ts';

type Call = RunRequest['call'];

/** What may belong to a customer. */
type OfCustomer = { readonly customerId: string | null };

/**
 * Throws INVALID when the viewer may not ask for the filter's segment. When the service that knows
 * does not answer, the feed waits for it later on.
 */
export async function checkSegment(call: Call, filter: Filter): Promise<void> {
  const nobody = { customerId: newId() };
  await lookAtMembers([nobody], filter, call).catch((error: unknown) => {
    const refusal = refusalOf(error);
    if (refusal) throw refusal;
  });
}

/**
 * Tells which changes a filter for a segment leaves: of customers that are in it at this moment, and of
 * what belongs to them. What has ended is nobody's any more and always left, like coming and going.
 */
export async function lookAtSegment(
  changes: readonly Change[],
  filter: Filter,
  call: Call,
): Promise<(change: Change) => boolean> {
  const open = changes.filter((change) => !isAlwaysTold(change));
  const isWithin = await lookAtMembers(open, filter, call);
  return (change) => change.customerId !== null && (isAlwaysTold(change) || isWithin(change));
}

const isAlwaysTold = ({ kind, segment }: Change): boolean =>
  segment !== null || kind === 'DELETED' || kind === 'MERGED';

/** Tells what belongs to customers that are in the filter's segment; everything does without one. */
export async function lookAtMembers(
  items: readonly OfCustomer[],
  { segment }: Filter,
  call: Call,
): Promise<(item: OfCustomer) => boolean> {
  if (segment === null) return () => true;
  const ids = [...new Set(items.flatMap(({ customerId }) => customerId ?? []))];
  const members = ids.length > 0 ? await membersAmong(ids, segment, call) : new Set();
  return ({ customerId }) => members.has(customerId);
}

const query = `query Members($representations: [_Any!]!, $code: String!) {
  _entities(representations: $representations) { ... on Customer { isInSegment(code: $code) } } }`;

async function membersAmong(
  ids: readonly string[],
  code: string,
  call: Call,
): Promise<ReadonlySet<unknown>> {
  const representations = ids.map((id) => ({ __typename: 'Customer', id }));
  const body = JSON.stringify({ query, variables: { representations, code } });
  const { data, errors } = await call({ service: 'analytics', body, isQuery: true });
  const found = data?.['_entities'];
  if (errors[0] || !Array.isArray(found) || found.length !== ids.length) {
    throw failureOf(errors[0]);
  }
  return new Set(ids.filter((_, at) => isRecord(found[at]) && found[at]['isInSegment'] === true));
}

function failureOf(error: SubgraphError | undefined): Error {
  const failure = readFailure(error, 'analytics did not tell who is in a segment');
  const refusal = refusalOf(failure);
  if (!refusal) return failure;
  const message = refusal.message.replace(/^code: /, '');
  return invalid(`filter.segment: ${message}`, [{ path: 'filter.segment', message }]);
}

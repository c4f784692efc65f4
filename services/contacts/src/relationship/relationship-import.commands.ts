import type { RequestContext } from '@crm/kit/context';
import { invalid, type FieldProblem } from '@crm/kit/errors';
import { isId, newId } from '@crm/kit/id';
import { runCommand, type Work } from '@crm/kit/record/command';
import { allow } from '@crm/kit/record/policy';
import { conflictsWith, inDirection } from '@crm/kit/record/relation';
import { circlesAmong } from '@crm/kit/record/relation-reach';
import {
  bulkMemory,
  bulkResult,
  bulkRowsMax,
  upsertRecords,
  type BulkResult,
} from '@crm/kit/record/upsert';
import { lockParties } from '../affiliation/affiliation.repository.ts';
import { idsOfCodes, partyProblems } from './relationship-people.ts';
import { relationshipChanged, relationshipEstablished } from './relationship.events.ts';
import { PersonRelationshipEntity, type PersonRelationship } from './relationship.fields.ts';
import {
  findRelationshipsAmong,
  findRelationshipTypes,
  insertEdges,
  lockRelationshipTypes,
  replaceEdges,
} from './relationship.repository.ts';
import { relationshipProblems, shapeOf } from './relationship.ts';
import type { RelationshipType } from './relationship-type.fields.ts';

type Row = {
  readonly type: string;
  readonly fromId?: string | null;
  readonly fromCode?: string | null;
  readonly toId?: string | null;
  readonly toCode?: string | null;
  readonly source?: string | null;
  readonly externalRef?: string | null;
  readonly validFrom?: string | null;
  readonly validTo?: string | null;
};

type UpsertInput = {
  readonly rows: readonly Row[];
  readonly clientMutationId?: string | null;
};

/** A row in the direction of its type, with the people that it names. */
type Directed = {
  readonly index: number;
  readonly input: object;
  readonly type: RelationshipType | null;
  readonly fromId: string;
  readonly toId: string;
  readonly period: Pick<PersonRelationship, 'validFrom' | 'validTo'>;
  readonly hasReference: boolean;
  readonly problems: readonly FieldProblem[];
};

/** Relates many people, or changes how they are related: by external reference, else by type and people. */
export async function upsertRelationships(
  context: RequestContext,
  input: UpsertInput,
): Promise<BulkResult> {
  if (input.rows.length > bulkRowsMax) throw invalid(`A call takes ${bulkRowsMax} rows`);
  const command = { name: 'upsertRelationships', input, memory: bulkMemory };
  return runCommand(context, command, async (work) => {
    allow(work.viewer, 'write', 'relationships');
    const types = await findRelationshipTypes(work.manager);
    const rows = await directed(work, types, input.rows);
    await lockAround(work, rows);
    const others = await findRelationshipsAmong(
      work.manager,
      [...new Set(rows.flatMap(({ type }) => type?.code ?? []))],
      peopleOf(rows),
    );
    const checked = await withPartyProblems(
      work,
      rows.map((row) => asStored(row, others)),
    );
    const ready = await withCircles(work, checked);
    const results: BulkResult[] = [];
    for (const part of alike(ready)) results.push(await save(work, part, others));
    return bulkResult(
      results.flatMap(({ rows: done }) => done).toSorted((a, b) => a.index - b.index),
    );
  });
}

async function directed(
  work: Work,
  types: readonly RelationshipType[],
  rows: readonly Row[],
): Promise<Directed[]> {
  const codes = rows.flatMap(({ fromCode, toCode }) => [fromCode ?? [], toCode ?? []].flat());
  const ids = await idsOfCodes(work, codes);
  const idOf = (id: string | null | undefined, code: string | null | undefined): string =>
    id ?? ids.get((code ?? '').toLowerCase()) ?? '';
  return rows.map(({ fromId, fromCode, toId, toCode, ...row }, index) => {
    const type = types.find(
      ({ code, inverseCode, active }) => active && [code, inverseCode].includes(row.type),
    );
    const named = { fromId: idOf(fromId, fromCode), toId: idOf(toId, toCode) };
    const pair = type ? inDirection(type, row.type, named) : named;
    return {
      index,
      input: row,
      type: type ?? null,
      ...pair,
      period: { validFrom: row.validFrom ?? null, validTo: row.validTo ?? null },
      hasReference: Boolean(row.externalRef),
      problems: type
        ? []
        : [{ path: 'type', message: `"${row.type}" is no active type of relationship` }],
    };
  });
}

async function lockAround({ manager }: Work, rows: readonly Directed[]): Promise<void> {
  const acyclic = rows.flatMap(({ type }) => (type?.acyclic ? [type] : []));
  if (acyclic.length > 0) await lockRelationshipTypes(manager, [...new Set(acyclic)]);
  await lockParties(manager, {
    customerIds: [],
    personIds: peopleOf(rows),
  });
}

const peopleOf = (rows: readonly Directed[]): readonly string[] =>
  [...new Set(rows.flatMap(({ fromId, toId }) => [fromId, toId]))].filter(isId);

/** A symmetric relationship is known by its people in whatever order. */
function asStored(row: Directed, others: readonly PersonRelationship[]): Directed {
  const { type, fromId, toId } = row;
  const isTurned =
    type?.symmetric === true &&
    others.some((each) => each.type === type.code && each.fromId === toId && each.toId === fromId);
  return isTurned ? { ...row, fromId: toId, toId: fromId } : row;
}

async function withPartyProblems(work: Work, rows: readonly Directed[]): Promise<Directed[]> {
  const problems = await partyProblems(work, rows);
  return rows.map((row, at) => ({ ...row, problems: [...row.problems, ...(problems[at] ?? [])] }));
}

/** A row that would close a circle, with what is there or with a row before it, is refused. */
async function withCircles(work: Work, rows: readonly Directed[]): Promise<Directed[]> {
  const closing = new Set<number>();
  const acyclic = new Set(rows.flatMap(({ type }) => (type?.acyclic ? [type.code] : [])));
  for (const code of acyclic) {
    const added = rows.filter(({ type, problems }) => type?.code === code && problems.length === 0);
    const relations = { table: PersonRelationshipEntity.table, type: code };
    const circles = await circlesAmong(
      work.manager,
      relations,
      added.map(({ fromId, toId, period }) => ({ id: newId(), fromId, toId, ...period })),
    );
    for (const [at, { index }] of added.entries()) if (circles[at]) closing.add(index);
  }
  const circle = { path: 'toId', message: 'would lead back to where it starts' };
  return rows.map((row) =>
    closing.has(row.index) ? { ...row, problems: [...row.problems, circle] } : row,
  );
}

/** Rows of one type that are known by the same fields. */
function alike(rows: readonly Directed[]): Iterable<readonly Directed[]> {
  const groups = new Map<string, Directed[]>();
  for (const row of rows) {
    const name = `${row.type?.code ?? ''} ${row.hasReference}`;
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return groups.values();
}

async function save(
  work: Work,
  rows: readonly Directed[],
  others: readonly PersonRelationship[],
): Promise<BulkResult> {
  const type = rows[0]?.type ?? null;
  const { result, created, changed } = await upsertRecords(work, PersonRelationshipEntity, {
    inputs: rows.map(({ input, fromId, toId }) => ({
      ...input,
      ...(type && { type: type.code }),
      fromId: isId(fromId) ? fromId : null,
      toId: isId(toId) ? toId : null,
    })),
    matchOn: rows[0]?.hasReference ? ['source', 'externalRef'] : ['fromId', 'type', 'toId'],
    problemsAt: (at) => rows[at]?.problems ?? [],
    rules: {
      defaults: () => ({ strength: type?.defaultStrength ?? 0 }),
      derive: () => ({ category: type?.category ?? 'WORK' }),
      check: (relationship) => [
        ...relationshipProblems(relationship),
        ...(type
          ? conflictsWith(relationship, { shape: shapeOf(type) }, ofType(others, type))
          : []),
      ],
    },
  });
  const isSymmetric = (): boolean => type?.symmetric ?? false;
  await insertEdges(work.manager, created, isSymmetric);
  await replaceEdges(work.manager, changed, isSymmetric);
  await relationshipEstablished(work, created);
  await relationshipChanged(work, changed);
  return bulkResult(
    result.rows.map((row) => ({ ...row, index: rows[row.index]?.index ?? row.index })),
  );
}

const ofType = (
  relationships: readonly PersonRelationship[],
  { code }: RelationshipType,
): readonly PersonRelationship[] => relationships.filter(({ type }) => type === code);

import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import { columnNamed } from '@crm/kit/record/entity';
import type { Labels } from '@crm/kit/record/field';
import { writeListCursor } from '@crm/kit/record/list-cursor';
import { pageSize, type Connection } from '@crm/kit/record/page';
import { pagesBy } from '@crm/kit/record/pages-by';
import { scopeSql } from '@crm/kit/record/policy';
import { sql } from '@crm/kit/sql';
import DataLoader from 'dataloader';
import type { IndicatorCatalogue } from '../indicator/indicator-catalogue.ts';
import { factAlias } from '../indicator/indicator-sql.ts';
import { readCatalogue } from '../indicator/indicator.repository.ts';
import type { Evaluation } from '../score/evaluation.ts';
import { placeIn } from '../score/history.queries.ts';
import { leavesOf, type Asked } from './evidence.ts';
import {
  countFacts,
  factsBehind,
  findFacts,
  type FactPlace,
  type FactsOfKind,
  type FoundFact,
} from './evidence.repository.ts';

export type PageArgs = { readonly first?: number | null; readonly after?: string | null };

export type SubjectField = {
  readonly entity: string;
  readonly name: string;
  readonly labels: Labels;
};

/** What the values of scores are made of. */
export type Evidence = {
  /** Null for what is made of no facts, as a field is. */
  readonly count: (asked: Asked) => Promise<number | null>;
  /** Those that the viewer may read. */
  readonly page: (asked: Asked, args: PageArgs) => Promise<Connection<FoundFact> | null>;
  readonly fields: (asked: Asked) => Promise<readonly SubjectField[]>;
};

/** The value of a criterion, as the result was computed by it. */
export const askedOf = (
  { model, subjectId, computedAt, validTo }: Evaluation,
  code: string,
): Asked => ({
  subjectType: model.subjectType,
  subjectId,
  code,
  today: companyDate(computedAt),
  isPast: validTo !== null,
});

/** Joins what a request asks: a statement for all counts, and one for all pages that are alike. */
export function evidenceReads(context: RequestContext): Evidence {
  const { manager } = context.app.db;
  let catalogue: Promise<IndicatorCatalogue> | null = null;
  const known = (): Promise<IndicatorCatalogue> => (catalogue ??= readCatalogue(manager));
  const counts = new DataLoader<Asked, number | null, string>(
    async (asked) => {
      const behind = factsBehind(await known(), asked);
      const totals = await countFacts(manager, behind);
      return asked.map((_, at) => (isMade(behind, at) ? (totals.get(at) ?? 0) : null));
    },
    { cacheKeyFn: keyOf },
  );
  const readable = pagesBy<object, number>(async (keys) => {
    const behind = readableOnly(context, factsBehind(await known(), keys.map(readKey)));
    const totals = await countFacts(manager, behind);
    return new Map(keys.map((key, at) => [key, totals.get(at) ?? 0]));
  });
  const pages = pagesBy<PageArgs, { readonly page: Connection<FoundFact> | null }>(
    async (keys, args) => {
      const size = pageSize(context, args);
      const after = args.after ? readCursor(args.after) : null;
      const behind = readableOnly(context, factsBehind(await known(), keys.map(readKey)));
      const found = await findFacts(manager, behind, { size: size + 1, after });
      return new Map(
        keys.map((key, at) => {
          const facts = found.filter((fact) => fact.at === at);
          const count = (): Promise<number> => readable.load(key, {});
          const page = isMade(behind, at) ? connectionOf(facts, { size, args, count }) : null;
          return [key, { page }];
        }),
      );
    },
  );
  return {
    count: (asked) => counts.load(asked),
    page: async (asked, args) => (await pages.load(keyOf(asked), args)).page,
    fields: async (asked) => fieldsOf(asked, await known()),
  };
}

const isMade = (behind: readonly FactsOfKind[], at: number): boolean =>
  behind.some((each) => each.at === at);

const keyOf = ({ subjectType, subjectId, code, today, isPast }: Asked): string =>
  [subjectType, subjectId, code, today, isPast ? 'PAST' : 'NOW'].join('/');

function readKey(key: string): Asked {
  const [type = '', subjectId = '', code = '', today = '', when] = key.split('/');
  const subjectType = subjectTypes.find((each) => each === type) ?? 'CUSTOMER';
  return { subjectType, subjectId, code, today, isPast: when === 'PAST' };
}

const subjectTypes = ['CUSTOMER', 'PERSON', 'COMPETITOR', 'STAFF'] as const;

/** What was done with one customer is not for whoever may read a person whom two of them know. */
const readableOnly = (
  { app, viewer }: RequestContext,
  behind: readonly FactsOfKind[],
): readonly FactsOfKind[] =>
  behind.map((each) => {
    const scoped = { entity: each.entity, alias: factAlias, now: app.now() };
    return { ...each, where: sql`${each.where} AND ${scopeSql(viewer, 'read', scoped)}` };
  });

type Page = {
  readonly size: number;
  readonly args: PageArgs;
  readonly count: () => Promise<number>;
};

const cursorKeys = ['day', 'kind', 'id', 'line'] as const;

function connectionOf(
  found: readonly FoundFact[],
  { size, args, count }: Page,
): Connection<FoundFact> {
  const edges = found.slice(0, size).map((node) => ({
    cursor: writeListCursor(
      cursorKeys,
      cursorKeys.map((key) => node[key]),
    ),
    node,
  }));
  return {
    nodes: edges.map(({ node }) => node),
    edges,
    pageInfo: {
      hasNextPage: found.length > size,
      hasPreviousPage: Boolean(args.after),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: count,
  };
}

function readCursor(cursor: string): FactPlace {
  const [day, kind, id, line] = placeIn(cursor, cursorKeys.join());
  if (typeof day === 'string' && typeof kind === 'string' && typeof id === 'string' && isId(id)) {
    return { day, kind, id, line: Number(line) };
  }
  throw invalid('The cursor is not one of this list');
}

/** The fields of the subject that a value is read from. */
function fieldsOf(asked: Asked, catalogue: IndicatorCatalogue): readonly SubjectField[] {
  const entity = catalogue.subjects[asked.subjectType];
  if (!entity) return [];
  return leavesOf(asked, catalogue).fields.map(({ source: { field: name } }) => {
    const own = columnNamed(entity, name) ?? columnNamed(entity, `${name}.amount`);
    const custom = catalogue.customFields.get(name.replace('custom.', `${entity.name}.`));
    const labels = own?.field.label ?? custom?.labels ?? { zh: name, en: name };
    return { entity: entity.name, name, labels };
  });
}

import type { RequestContext } from '@crm/kit/context';
import { AppError, invalid, type FieldProblem } from '@crm/kit/errors';
import {
  companyDate,
  compileCriteria,
  type Criteria,
  type CriteriaScope,
} from '@crm/kit/record/criteria';
import { findAllCustomFields } from '@crm/kit/record/custom-field';
import { withFields } from '@crm/kit/record/entity';
import type { FieldClass } from '@crm/kit/record/field';
import { readScope } from '@crm/kit/record/page';
import { tableSql } from '@crm/kit/record/store';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { companyCurrency } from '../company.ts';
import { findNamedThings } from './named-thing.repository.ts';
import type { NamedThings } from './named-thing.ts';
import { codesOf, namedFields, namesIn } from './report-column.ts';
import { plainWhere } from './report-where.ts';
import { CustomerReportRow, figure } from './report.fields.ts';

/** Rows of customers with their figures in the company's currency: what stored criteria are about. */
export const reportFrom = raw(tableSql(CustomerReportRow, 't'));

export const isInCompanyCurrency = sql`${raw(figure('currency')('t'))} = ${companyCurrency}`;

export const isLiveRow = sql`${isInCompanyCurrency} AND t.deletedAt IS NULL`;

export type StoredScope = CriteriaScope & { readonly things: NamedThings };

/** Compiles stored criteria as nobody's in particular: who may see the outcome is decided elsewhere. */
export async function storedScope(manager: EntityManager, now: Date): Promise<StoredScope> {
  return {
    things: await findNamedThings(manager, null),
    entity: CustomerReportRow,
    alias: 't',
    now,
    customFields: await findAllCustomFields(manager),
    mayRead: () => true,
    readable: () => raw('TRUE'),
  };
}

export const compileStored = (scope: StoredScope, criteria: Criteria | null): Sql =>
  compilePlain(scope, plainWhere(revived(criteria ?? {})));

function compilePlain({ things, ...scope }: StoredScope, plain: Criteria): Sql {
  const fields = namedFields(namesIn(plain), {
    things,
    today: companyDate(scope.now),
    mayRead: (fieldClass) => scope.mayRead(CustomerReportRow, fieldClass),
  });
  return compileCriteria({ ...scope, entity: withFields(CustomerReportRow, fields) }, plain);
}

const instantPattern = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

/** JSON has made texts of instants. */
export const revived = (tree: Criteria): Criteria =>
  Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, revive(value)]));

function revive(value: unknown): unknown {
  if (typeof value === 'string') return instantPattern.test(value) ? new Date(value) : value;
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return revived({ ...value });
}

export type Looked = {
  readonly problems: readonly FieldProblem[];
  readonly classes: ReadonlySet<FieldClass>;
};

/**
 * Looks at criteria that somebody wants to store: what of them names nothing, or nothing that the
 * viewer may use, and the classes of what they look at. Nothing that is sensitive decides who is where.
 */
export async function lookAtCriteria(
  context: RequestContext,
  criteria: Criteria | null,
  path = 'criteria',
): Promise<Looked> {
  const classes = new Set<FieldClass>();
  const scope = await readScope(context, CustomerReportRow, { criteria });
  const mayRead: CriteriaScope['mayRead'] = (entity, fieldClass) => {
    classes.add(fieldClass);
    return fieldClass !== 'SENSITIVE' && scope.mayRead(entity, fieldClass);
  };
  try {
    const plain = plainWhere(revived(criteria ?? {}));
    const names = namesIn(plain);
    if (names.some(({ top }) => top === 'segment')) {
      throw invalid(
        'What is stored is made of no segments: they would follow each other in circles',
      );
    }
    const codes = codesOf(names);
    const things = await findNamedThings(context.app.db.manager, codes);
    and([compilePlain({ ...scope, mayRead, things }, plain)]);
    return { problems: [], classes };
  } catch (error) {
    if (!(error instanceof AppError) || error.extensions.code === 'FORBIDDEN') throw error;
    return { problems: [{ path, message: error.message }], classes };
  }
}

/** Clients send criteria as the typed filter or as JSON; what is stored is plain JSON. */
export function plainCriteria(given: unknown): Criteria | null {
  if (given === null || given === undefined) return null;
  const plain: unknown = JSON.parse(JSON.stringify(given));
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) {
    throw invalid('Criteria are an object');
  }
  return Object.fromEntries(Object.entries(plain));
}

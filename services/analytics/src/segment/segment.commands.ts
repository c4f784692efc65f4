import type { RequestContext } from '@crm/kit/context';
import { AppError, invalid, notFound, ruleViolation } from '@crm/kit/errors';
import { idToBytes, isId } from '@crm/kit/id';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import { changeRecord, createRecord, type Rules } from '@crm/kit/record/record';
import { findByIds } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import { CustomerEntity } from '../customer/customer.fields.ts';
import { lookAtCriteria, plainCriteria, storedScope } from '../report/criteria.repository.ts';
import { strictest } from '../strictness.ts';
import { evaluate } from './evaluation.repository.ts';
import { SegmentEntity, type Segment } from './segment.fields.ts';
import {
  countSegments,
  dropPicks,
  lockSegments,
  savePicks,
  segmentsMax,
  sweepAgain,
} from './segment.repository.ts';
import { segmentProblems } from './segment.ts';

type Repeatable = { readonly clientMutationId?: string | null };

type SaveInput = Repeatable & {
  readonly code: string;
  readonly expectedVersion?: number | null;
  readonly criteria?: unknown;
};

const memory = rowMemory(SegmentEntity);

/** Makes a segment or changes the one of this code. Its customers follow within moments. */
export const saveSegment = (context: RequestContext, input: SaveInput): Promise<Segment> =>
  runCommand(context, { name: 'saveSegment', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'segments');
    const [known] = await lockSegments(work.manager, sql`t.code = ${input.code}`);
    const criteria = input.criteria === undefined ? known?.criteria : plainCriteria(input.criteria);
    const looked = await lookAtCriteria(context, criteria ?? null);
    if (looked.problems.length > 0) throw refused(SegmentEntity, looked.problems);

    const rules = rulesOf(strictest(looked.classes));
    const given = input.criteria === undefined ? input : { ...input, criteria };
    const segment = known
      ? await change(work, known, { input: given, rules })
      : await create(work, { input: given, rules });
    await sweepAgain(work.manager, segment.id, companyDate(work.now));
    return segment;
  });

const rulesOf = (fieldClass: Segment['class']): Rules<Segment> => ({
  defaults: () => ({ mode: 'DYNAMIC', active: true }),
  derive: () => ({ class: fieldClass }),
  check: segmentProblems,
});

type Saving = { readonly input: SaveInput; readonly rules: Rules<Segment> };

async function create(work: Work, saving: Saving): Promise<Segment> {
  if ((await countSegments(work.manager)) >= segmentsMax) {
    throw ruleViolation(`There may be ${segmentsMax} active segments: retire one before`);
  }
  return createRecord(work, SegmentEntity, saving);
}

async function change(work: Work, { id }: Segment, { input, rules }: Saving): Promise<Segment> {
  const { expectedVersion = null } = input;
  return (await changeRecord(work, SegmentEntity, { id, expectedVersion, input, rules })).after;
}

type StaticInput = Repeatable & {
  readonly code: string;
  readonly include?: readonly string[] | null;
  readonly exclude?: readonly string[] | null;
  readonly clear?: readonly string[] | null;
};

const picksMax = 1000;

/** Says of single customers that they belong to a segment, or do not, whatever its criteria say. */
export const setStaticMembers = (context: RequestContext, input: StaticInput): Promise<Segment> =>
  runCommand(context, { name: 'setStaticMembers', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'segments');
    const [segment] = await lockSegments(work.manager, sql`t.code = ${input.code}`);
    if (!segment) throw notFound('Segment', input.code);
    const picks = readPicks(segment, input);
    await requireCustomers(work, picks.all);
    await savePicks(work.manager, segment.id, picks.set);
    await dropPicks(work.manager, segment.id, picks.clear);
    if (picks.all.length === 0) return segment;
    const scope = await storedScope(work.manager, work.now);
    const customers = sql`t.id IN (${picks.all.map(idToBytes)})`;
    await evaluate(work, segment, { scope, customers });
    return segment;
  });

type Picks = {
  readonly set: readonly { readonly subjectId: string; readonly kind: 'EXCLUDE' | 'INCLUDE' }[];
  readonly clear: readonly string[];
  readonly all: readonly string[];
};

function readPicks(segment: Segment, input: StaticInput): Picks {
  const { include, exclude, clear } = listsOf(input);
  refuseMode(segment, exclude);
  const all = [...include, ...exclude, ...clear];
  if (all.length > picksMax) throw invalid(`One call takes ${picksMax} customers`);
  const twice = all.find((id, at) => all.indexOf(id) !== at);
  if (twice !== undefined) throw invalid(`${twice.slice(0, 40)} is named twice`);
  return {
    set: [
      ...include.map((subjectId) => ({ subjectId, kind: 'INCLUDE' }) as const),
      ...exclude.map((subjectId) => ({ subjectId, kind: 'EXCLUDE' }) as const),
    ],
    clear,
    all,
  };
}

type Lists = Readonly<Record<'clear' | 'exclude' | 'include', readonly string[]>>;

const listsOf = ({ include, exclude, clear }: StaticInput): Lists => ({
  include: include ?? [],
  exclude: exclude ?? [],
  clear: clear ?? [],
});

function refuseMode({ mode }: Segment, exclude: readonly string[]): void {
  if (mode === 'DYNAMIC') {
    throw refused(SegmentEntity, [{ path: 'code', message: 'is DYNAMIC: make it MIXED before' }]);
  }
  if (mode === 'STATIC' && exclude.length > 0) {
    throw refused(SegmentEntity, [
      { path: 'exclude', message: 'is for MIXED; use clear to take somebody out' },
    ]);
  }
}

async function requireCustomers({ manager }: Work, ids: readonly string[]): Promise<void> {
  const found = await findByIds(manager, CustomerEntity, { ids: ids.filter(isId) });
  const known = new Set(found.map(({ id }) => id));
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length === 0) return;
  throw new AppError('INVALID', `${unknown.length} of the customers are unknown here`, {
    fields: unknown
      .slice(0, 20)
      .map((id) => ({ path: 'include', message: `${id.slice(0, 40)} is no customer` })),
  });
}

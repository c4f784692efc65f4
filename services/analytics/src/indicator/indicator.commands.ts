import type { FieldProblem } from '@crm/kit/errors';
import { notFound, ruleViolation } from '@crm/kit/errors';
import type { RequestContext } from '@crm/kit/context';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import type { Labels } from '@crm/kit/record/field';
import { refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import { changeRecord, createRecord, type Rules } from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import { examine, problemsAfter } from './indicator-check.ts';
import { sourceOf, sourceProblems, type SourceInput } from './indicator-source.ts';
import { IndicatorEntity, type IndicatorRow } from './indicator.fields.ts';
import { readCatalogue } from './indicator.repository.ts';
import { isDerived, type IndicatorSource } from './indicator.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly expectedVersion?: number | null };

export type SaveIndicator = Repeatable &
  Versioned & {
    readonly code: string;
    readonly labels?: Labels | null;
    readonly category?: IndicatorRow['category'] | null;
    readonly subjectType?: IndicatorRow['subjectType'] | null;
    readonly source?: SourceInput | null;
  };

const memory = rowMemory(IndicatorEntity);
const rules: Rules<IndicatorRow> = {
  check: ({ code, labels }) => [...codeProblems(code), ...labelProblems(labels)],
};

/** Defines an indicator, or changes the one of this code. Its values follow when they are read. */
export const saveIndicator = (
  context: RequestContext,
  input: SaveIndicator,
): Promise<IndicatorRow> =>
  runCommand(context, { name: 'saveIndicator', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'indicators');
    const before = await lockIndicators(work, input.code);
    const known = await describe(work, input, before);
    const { expectedVersion = null, labels, category } = input;
    const values = {
      ...known,
      ...(labels && { labels }),
      ...(category && { category }),
      isActive: true,
    };
    if (!before) {
      const { code, subjectType } = input;
      return createRecord(work, IndicatorEntity, {
        input: { code, subjectType, ...values },
        rules,
      });
    }
    const order = { id: before.id, expectedVersion, input: values, rules };
    return (await changeRecord(work, IndicatorEntity, order)).after;
  });

/** Takes an indicator out of use. */
export const retireIndicator = (
  context: RequestContext,
  input: Repeatable & Versioned & { readonly code: string },
): Promise<IndicatorRow> =>
  runCommand(context, { name: 'retireIndicator', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'indicators');
    const { code, expectedVersion = null } = input;
    const before = await lockIndicators(work, code);
    if (!before) throw notFound('Indicator', code);
    await refuseInUse(work, code);
    const order = { id: before.id, expectedVersion, input: { isActive: false }, rules: {} };
    return (await changeRecord(work, IndicatorEntity, order)).after;
  });

/**
 * One who saves after the other: what one is made of must not change while it is looked at. Gives
 * the one of this code.
 */
async function lockIndicators({ manager }: Work, code: string): Promise<IndicatorRow | null> {
  const rows = await selectRows(
    manager,
    IndicatorEntity,
    sql`WHERE t.deletedAt IS NULL FOR UPDATE`,
  );
  return rows.find((row) => row.code === code) ?? null;
}

/** The source with what follows from it, or nothing when it stays as it is. Throws what is wrong. */
async function describe(
  { manager }: Work,
  { code, source: given, subjectType }: SaveIndicator,
  before: IndicatorRow | null,
): Promise<Partial<Pick<IndicatorRow, 'source' | 'unit' | 'valueType'>>> {
  const type = typeOf(subjectType, before);
  const source = sourceFrom(given) ?? before?.source;
  // What a new one lacks is refused with everything else that it lacks.
  if (!source || !type) return {};
  const catalogue = await readCatalogue(manager);
  const found = examine({ code, source, subjectType: type }, catalogue);
  const problems = [
    ...found.problems,
    ...problemsAfter({ code, source, subjectType: type, ...found }, catalogue),
  ];
  if (problems.length > 0) throw refused(IndicatorEntity, problems);
  return { source, valueType: found.valueType, unit: found.unit };
}

/** Values of one kind of subject are nothing of another. */
function typeOf(
  given: SaveIndicator['subjectType'],
  before: IndicatorRow | null,
): IndicatorRow['subjectType'] | null {
  if (!before) return given ?? null;
  if (!given || given === before.subjectType) return before.subjectType;
  throw refused(IndicatorEntity, [{ path: 'subjectType', message: `stays ${before.subjectType}` }]);
}

function sourceFrom(given: SourceInput | null | undefined): IndicatorSource | null {
  if (!given) return null;
  const problems = sourceProblems(given);
  if (problems.length > 0) throw refused(IndicatorEntity, problems);
  return sourceOf(given);
}

async function refuseInUse({ manager }: Work, code: string): Promise<void> {
  const { indicators } = await readCatalogue(manager);
  const users = [...indicators.values()].filter(
    ({ source, isActive }) =>
      isActive && isDerived(source) && (source.of === code || source.to === code),
  );
  if (users.length === 0) return;
  const names = users.map((user) => user.code).join(', ');
  throw ruleViolation(`Other indicators are made of ${code}: ${names}. Retire them first`);
}

const codePattern = /^(?=.{1,64}$)\w+(?:\.\w+)?$/;

const codeProblems = (code: string): FieldProblem[] =>
  codePattern.test(code)
    ? []
    : [
        {
          path: 'code',
          message: 'takes letters, digits and underscores with a dot in between, at most 64',
        },
      ];

const labelLengthMax = 200;

const labelProblems = (labels: Labels | null): FieldProblem[] =>
  (['zh', 'en'] as const)
    .filter((locale) => {
      const label = labels?.[locale] ?? '';
      return label.trim() === '' || label.length > labelLengthMax;
    })
    .map((locale) => ({
      path: `labels.${locale}`,
      message: `must have 1 to ${labelLengthMax} characters`,
    }));

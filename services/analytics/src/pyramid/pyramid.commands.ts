import type { RequestContext } from '@crm/kit/context';
import { forbidden, invalid, notFound, ruleViolation, type FieldProblem } from '@crm/kit/errors';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { refused } from '@crm/kit/record/input';
import { readScope } from '@crm/kit/record/page';
import { allow, readingOf } from '@crm/kit/record/policy';
import { changeRecord, createRecord, type Rules } from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import type { FieldClass } from '@crm/kit/record/field';
import { raw, sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { lookAtCriteria, plainCriteria, type Looked } from '../report/criteria.repository.ts';
import { CustomerReportRow } from '../report/report.fields.ts';
import { strictest } from '../strictness.ts';
import { lookUpFactor, lookUpMeasures } from './factor.repository.ts';
import {
  PyramidDefinitionEntity,
  PyramidSnapshotEntity,
  type PyramidDefinition,
  type PyramidSnapshot,
} from './pyramid.fields.ts';
import { factorProblems, pyramidProblems } from './pyramid.ts';
import { askForSnapshot } from './snapshot.repository.ts';

type Repeatable = { readonly clientMutationId?: string | null };

type SaveInput = Repeatable & {
  readonly code: string;
  readonly expectedVersion?: number | null;
  readonly factor?: PyramidDefinition['factor'] | undefined;
  readonly population?: unknown;
  readonly base?: readonly { readonly when?: unknown }[] | null | undefined;
  readonly measures?: readonly string[] | null | undefined;
};

/** Their snapshots are taken one after the other. */
const definitionsMax = 100;

/** Makes a pyramid or changes the one of this code; snapshots that were taken stay as they are. */
export const savePyramid = (
  context: RequestContext,
  input: SaveInput,
): Promise<PyramidDefinition> =>
  runCommand(
    context,
    { name: 'savePyramid', input, memory: rowMemory(PyramidDefinitionEntity) },
    async (work) => {
      allow(work.viewer, 'manage', 'pyramids');
      const known = await lockDefinition(work.manager, input.code);
      const given = plainInput(input);
      const found = await examine(context, work, { ...known, ...given });
      const rules = rulesOf(found);
      if (!known) {
        await refuseTooMany(work);
        return createRecord(work, PyramidDefinitionEntity, { input: given, rules });
      }
      const { expectedVersion = null } = input;
      const order = { id: known.id, expectedVersion, input: given, rules };
      return (await changeRecord(work, PyramidDefinitionEntity, order)).after;
    },
  );

/** As it is stored: criteria as plain JSON. */
function plainInput({ population, base, ...input }: SaveInput): SaveInput {
  return {
    ...input,
    ...(population !== undefined && { population: plainCriteria(population) }),
    ...(base && { base: base.map((tier) => ({ ...tier, when: plainCriteria(tier.when) })) }),
  };
}

type Examined = Pick<PyramidDefinition, 'class' | 'unit'>;

const rulesOf = (found: Examined): Rules<PyramidDefinition> => ({
  defaults: () => ({ population: {}, base: [], measures: [], schedule: 'DAILY', active: true }),
  derive: () => ({ ...found }),
  check: pyramidProblems,
});

type Terms = Pick<SaveInput, 'base' | 'factor' | 'measures' | 'population'>;

/** Looks up all that a definition names. INVALID for what is none, FORBIDDEN for what is not the viewer's to use. */
async function examine(context: RequestContext, work: Work, terms: Terms): Promise<Examined> {
  const { factor, measures } = terms;
  const looked = await lookAtAll(context, terms);
  const problems = [...looked.problems, ...factorProblems(factor)];
  if (problems.length > 0) throw refused(PyramidDefinitionEntity, problems);

  // Custom fields are read only where they are named.
  const scope = await readScope(context, CustomerReportRow, { customFields: factor?.field });
  const looking = { manager: work.manager, scope };
  const known = await lookUpFactor(looking, factor ?? {});
  const beside = await lookUpMeasures(looking, measures ?? []);
  const all = [...looked.classes, known.class, ...beside.map((each) => each.class)];
  const fieldClass = strictest(all);
  refuseClass(context, fieldClass);
  return { class: fieldClass, unit: known.unit };
}

async function lookAtAll(context: RequestContext, { population, base }: Terms): Promise<Looked> {
  const criteria = [
    ['population', population] as const,
    ...(base ?? []).map(({ when }, at) => [`base.${at}.when`, when] as const),
  ];
  const classes = new Set<FieldClass>();
  const problems: FieldProblem[] = [];
  for (const [path, given] of criteria) {
    const looked = await lookAtCriteria(context, plainCriteria(given), path);
    for (const each of looked.classes) classes.add(each);
    problems.push(...looked.problems);
  }
  return { problems, classes };
}

function refuseClass({ viewer }: RequestContext, fieldClass: FieldClass): void {
  if (fieldClass === 'SENSITIVE') {
    throw invalid('What is sensitive divides nobody', [
      { path: 'factor', message: 'is made of sensitive fields' },
    ]);
  }
  if (readingOf(viewer, fieldClass) !== 'read') {
    throw forbidden(`You may not use what is ${fieldClass}`);
  }
}

async function lockDefinition(
  manager: EntityManager,
  code: string,
): Promise<PyramidDefinition | null> {
  const [known] = await selectRows(
    manager,
    PyramidDefinitionEntity,
    sql`WHERE t.code = ${code} AND t.deletedAt IS NULL FOR UPDATE`,
  );
  return known ?? null;
}

async function refuseTooMany({ manager }: Work): Promise<void> {
  const known = await selectRows(
    manager,
    PyramidDefinitionEntity,
    raw(`WHERE t.deletedAt IS NULL LIMIT ${definitionsMax}`),
  );
  if (known.length >= definitionsMax) {
    throw ruleViolation(`There may be ${definitionsMax} pyramids`);
  }
}

type TakeInput = Repeatable & { readonly definition: string };

/** Has a snapshot taken now; the one that is on its way already, if there is one. */
export const takePyramidSnapshot = (
  context: RequestContext,
  input: TakeInput,
): Promise<PyramidSnapshot> => {
  const memory = rowMemory(PyramidSnapshotEntity);
  return runCommand(context, { name: 'takePyramidSnapshot', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'pyramids');
    const definition = await lockDefinition(work.manager, input.definition);
    if (!definition) throw notFound('PyramidDefinition', input.definition);
    const today = companyDate(work.now);
    const id = await askForSnapshot(work.manager, definition, { now: work.now, today });
    return memory.recall(work.manager, id);
  });
};

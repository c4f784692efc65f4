import { runCommand, type Work } from '@crm/kit/record/command';
import type { RequestContext } from '@crm/kit/context';
import { awaitCustomers } from '@crm/kit/projection/customer-access';
import { invalid, type FieldProblem } from '@crm/kit/errors';
import { newCode } from '@crm/kit/id';
import { allow } from '@crm/kit/record/policy';
import {
  bulkMemory,
  bulkResult,
  bulkRowsMax,
  upsertRecords,
  type BulkResult,
} from '@crm/kit/record/upsert';
import {
  planAffiliations,
  saveAffiliations,
  type AffiliationRow,
  type PlannedAffiliation,
} from '../affiliation/affiliation-import.commands.ts';
import { recordGuardianConsents } from '../consent/guardian-consent.commands.ts';
import { personRules, whole, type PersonInput } from './person.commands.ts';
import { peopleChanged, peopleCreated } from './person.saved.ts';
import { PersonEntity } from './person.fields.ts';
import {
  codesByNamesake,
  codesByReference,
  idsByCode,
  keyOfNamesake,
  keyOfReference,
} from './person.repository.ts';

type PersonRow = PersonInput & {
  readonly code?: string | null;
  readonly source?: string | null;
  readonly externalRef?: string | null;
  readonly name: string;
  readonly affiliation?: AffiliationRow | null;
};

type UpsertInput = {
  readonly rows: readonly PersonRow[];
  readonly clientMutationId?: string | null;
};

/** A row with the code of the person it means, known or new. */
type Recognised = {
  readonly code: string;
  readonly person: PersonInput & { readonly code: string };
  readonly affiliation: AffiliationRow | null;
  readonly problems: readonly FieldProblem[];
};

export async function upsertPeople(
  context: RequestContext,
  input: UpsertInput,
): Promise<BulkResult> {
  if (input.rows.length > bulkRowsMax) throw invalid(`A call takes ${bulkRowsMax} rows`);
  await awaitCustomers(
    context,
    input.rows.map(({ affiliation }) => affiliation?.customerId),
  );
  return runCommand(context, { name: 'upsertPeople', input, memory: bulkMemory }, async (work) => {
    allow(work.viewer, 'write', 'people');
    const rows = await recogniseRows(work, input.rows);
    const plans = await planPlaces(work, rows);
    const { result, created, changed } = await upsertRecords(work, PersonEntity, {
      inputs: rows.map(({ person }) => whole(person)),
      matchOn: ['code'],
      problemsAt: (at) => [...(rows[at]?.problems ?? []), ...(plans[at]?.problems ?? [])],
      rules: await personRules(work, [
        ...input.rows.map(({ ownerId }) => ownerId),
        work.viewer.staffId,
      ]),
    });
    await peopleCreated(work, created);
    await peopleChanged(work, changed);
    await recordGuardianConsents(work, { created, changed });
    return savePlaces(work, result, plans);
  });
}

async function planPlaces(
  work: Work,
  rows: readonly Recognised[],
): Promise<(PlannedAffiliation | null)[]> {
  const ids = await idsByCode(
    work.manager,
    rows.map(({ code }) => code),
  );
  return planAffiliations(
    work,
    rows.map(({ code, affiliation }) => ({
      personId: ids.get(code.toLowerCase()) ?? null,
      affiliation,
    })),
  );
}

/** A person who stays as before while what he or she is somewhere changes counts as updated. */
async function savePlaces(
  work: Work,
  result: BulkResult,
  plans: readonly (PlannedAffiliation | null)[],
): Promise<BulkResult> {
  const accepted = result.rows.flatMap(({ index, outcome, id }) => {
    const planned = plans[index];
    return planned && id !== null && outcome !== 'REFUSED' ? [{ personId: id, planned }] : [];
  });
  const touched = await saveAffiliations(work, accepted);
  return bulkResult(
    result.rows.map((row) =>
      row.outcome === 'UNCHANGED' && touched.has(row.id ?? '')
        ? { ...row, outcome: 'UPDATED' }
        : row,
    ),
  );
}

const importSource = 'IMPORT';

/** Finds whom each row means: by code, else by reference, else by name within the customer. */
async function recogniseRows({ manager }: Work, rows: readonly PersonRow[]): Promise<Recognised[]> {
  const known = {
    references: await codesByReference(manager, rows.flatMap(referenceOf)),
    namesakes: await codesByNamesake(
      manager,
      rows.filter((row) => !row.code && !row.externalRef).flatMap(namesakeOf),
    ),
  };
  const fresh = new Map<string, string>();
  return rows.map((row) => recognise(row, known, fresh));
}

type Known = {
  readonly references: ReadonlyMap<string, string>;
  readonly namesakes: ReadonlyMap<string, string>;
};

function recognise(
  { affiliation = null, ...row }: PersonRow,
  known: Known,
  fresh: Map<string, string>,
): Recognised {
  const { key, found, source } = lookUp({ ...row, affiliation }, known);
  const code = row.code ?? found ?? freshCode(fresh, key);
  const problems: readonly (readonly [isBroken: boolean, FieldProblem])[] = [
    [!row.code && key === undefined, nameless],
    [source !== undefined && found !== undefined && found !== code, takenReference],
  ];
  return {
    code,
    person: { ...row, code, ...(source && { source }) },
    affiliation,
    problems: problems.filter(([isBroken]) => isBroken).map(([, problem]) => problem),
  };
}

const nameless = {
  path: 'code',
  message: 'or an externalRef or a customer is needed to know the person by',
};
const takenReference = { path: 'externalRef', message: 'is taken by another record' };

type LookUp = {
  readonly key?: string;
  readonly found?: string | undefined;
  /** Of the reference, when the row has one. */
  readonly source?: string;
};

/** What a row is known by beside its code, and the code of whom that names. */
function lookUp(row: PersonRow, { references, namesakes }: Known): LookUp {
  const [reference] = referenceOf(row);
  if (reference) {
    const key = keyOfReference(reference);
    return { key, found: references.get(key), source: reference.source };
  }
  const [namesake] = namesakeOf(row);
  if (!namesake) return {};
  const key = keyOfNamesake(namesake);
  return { key, found: namesakes.get(key) };
}

/** Two rows that mean the same new person get one code, so that the second is refused. */
function freshCode(fresh: Map<string, string>, key: string | undefined): string {
  const code = fresh.get(key ?? '') ?? newCode('P');
  if (key !== undefined) fresh.set(key, code);
  return code;
}

const referenceOf = ({
  source,
  externalRef,
}: Pick<PersonRow, 'externalRef' | 'source'>): { source: string; externalRef: string }[] =>
  externalRef ? [{ source: source ?? importSource, externalRef }] : [];

const namesakeOf = ({
  name,
  affiliation,
}: Pick<PersonRow, 'affiliation' | 'name'>): { name: string; customerId: string }[] =>
  affiliation?.customerId ? [{ name, customerId: affiliation.customerId }] : [];

import type { RequestContext } from '@crm/kit/context';
import type { FieldProblem } from '@crm/kit/errors';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { changesOf } from '@crm/kit/record/difference';
import { idToBytes } from '@crm/kit/id';
import { readInput, refused } from '@crm/kit/record/input';
import { isActiveOn } from '@crm/kit/record/period';
import { allow } from '@crm/kit/record/policy';
import { insertRecords, lockForWriting, newRow, writeChange } from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import { lockAround } from './affiliation.commands.ts';
import { affiliationPromoted } from './affiliation.events.ts';
import { AffiliationEntity, type Affiliation } from './affiliation.fields.ts';
import { PromotionEntity, type Promotion } from './promotion.fields.ts';

type PromotionInput = {
  readonly affiliationId: string;
  readonly newTitle: string;
  readonly newDepartment?: string | null;
  readonly promotedOn?: string | null;
  readonly responsibilities?: string | null;
  readonly influence?: number | null;
  readonly clientMutationId?: string | null;
};

/** Says that somebody was promoted: the affiliation has the new title, and the old one is kept. */
export const recordPromotion = (
  context: RequestContext,
  input: PromotionInput,
): Promise<Promotion> => {
  const memory = rowMemory(PromotionEntity);
  return runCommand(context, { name: 'recordPromotion', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'affiliations');
    const { affiliationId, responsibilities, influence, ...given } = input;
    await lockAround(work, affiliationId);
    const before = await lockForWriting(work, AffiliationEntity, affiliationId);
    const promotedOn = input.promotedOn ?? companyDate(work.now);
    const values = await readInput(work.manager, PromotionEntity, {
      input: { ...given, affiliationId, promotedOn },
      mode: 'create',
    });
    const wanted = await readInput(work.manager, AffiliationEntity, {
      input: {
        jobTitle: input.newTitle,
        ...(input.newDepartment && { department: input.newDepartment }),
        ...(responsibilities && { responsibilities }),
        ...(typeof influence === 'number' && { influence }),
      },
      mode: 'update',
    });
    const problems = await promotionProblems(work, before, { ...input, promotedOn });
    if (problems.length > 0) throw refused(PromotionEntity, problems);
    const promotion = newRow(work, PromotionEntity, {
      values,
      rules: { derive: () => was(before) },
    });
    await insertRecords(work, PromotionEntity, [promotion]);
    const changes = changesOf(AffiliationEntity, before, wanted);
    const change = await writeChange(work, AffiliationEntity, { before, changes });
    await affiliationPromoted(work, [change], promotion);
    return promotion;
  });
};

const was = ({
  personId,
  customerId,
  jobTitle,
  department,
}: Affiliation): Record<string, unknown> => ({
  personId,
  customerId,
  oldTitle: jobTitle,
  oldDepartment: department,
});

async function promotionProblems(
  work: Work,
  affiliation: Affiliation,
  { newTitle, influence, promotedOn }: PromotionInput & { readonly promotedOn: string },
): Promise<FieldProblem[]> {
  const [last] = await selectRows(
    work.manager,
    PromotionEntity,
    sql`WHERE t.affiliationId = ${idToBytes(affiliation.id)} AND t.deletedAt IS NULL
      ORDER BY t.promotedOn DESC, t.id DESC LIMIT 1`,
  );
  const checks: readonly (readonly [isBroken: boolean, path: string, message: string])[] = [
    [promotedOn > companyDate(work.now), 'promotedOn', 'must not be in the future'],
    [!isActiveOn(affiliation, promotedOn), 'promotedOn', 'is no day of this affiliation'],
    [last !== undefined && promotedOn < last.promotedOn, 'promotedOn', 'is before the last one'],
    [newTitle.trim() === (affiliation.jobTitle ?? ''), 'newTitle', 'is the title already'],
    [
      typeof influence === 'number' && (influence < 0 || influence > 100),
      'influence',
      'must be from 0 to 100',
    ],
  ];
  return checks.filter(([isBroken]) => isBroken).map(([, path, message]) => ({ path, message }));
}

import type { RequestContext } from '@crm/kit/context';
import { ruleViolation } from '@crm/kit/errors';
import { rowMemory, runCommand } from '@crm/kit/record/command';
import { allow } from '@crm/kit/record/policy';
import { namesOfType, relationTypeProblems } from '@crm/kit/record/relation';
import { lockByCode, saveRecord } from '@crm/kit/record/save';
import { RelationTypeEntity, type RelationType } from './relation-type.fields.ts';
import { findRelationTypes, isTypeUsed } from './relation.repository.ts';

type TypeInput = {
  readonly code: string;
  readonly shape: RelationType['shape'];
  readonly inverseCode?: string | null;
  readonly clientMutationId?: string | null;
};

const memory = rowMemory(RelationTypeEntity);

/** Defines a type of relation, or changes its words, place and state. Its shape stays once it is used. */
export const saveRelationType = (
  context: RequestContext,
  input: TypeInput,
): Promise<RelationType> =>
  runCommand(context, { name: 'saveRelationType', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'relation types');
    const before = await lockByCode(work, RelationTypeEntity, input.code);
    if (before && changesMeaning(before, input) && (await isTypeUsed(work.manager, before.code))) {
      throw ruleViolation('There are relations of this type: its shape and inverse stay');
    }
    const others = (await findRelationTypes(work.manager)).filter(({ id }) => id !== before?.id);
    return saveRecord(work, RelationTypeEntity, {
      before,
      input,
      rules: {
        derive: namesOfType,
        check: (type) => relationTypeProblems(type, others),
      },
    });
  });

const changesMeaning = (before: RelationType, { shape, inverseCode }: TypeInput): boolean =>
  shape !== before.shape ||
  (inverseCode !== undefined && inverseCode !== null && inverseCode !== before.inverseCode);

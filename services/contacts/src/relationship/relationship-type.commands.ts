import type { RequestContext } from '@crm/kit/context';
import { ruleViolation } from '@crm/kit/errors';
import { rowMemory, runCommand } from '@crm/kit/record/command';
import { allow } from '@crm/kit/record/policy';
import { lockByCode, saveRecord } from '@crm/kit/record/save';
import { findRelationshipTypes, isTypeUsed } from './relationship.repository.ts';
import { namesOfRelationshipType, typeProblems } from './relationship.ts';
import { RelationshipTypeEntity, type RelationshipType } from './relationship-type.fields.ts';

type TypeInput = Pick<RelationshipType, 'acyclic' | 'category' | 'code' | 'symmetric'> & {
  readonly inverseCode?: string | null;
  readonly clientMutationId?: string | null;
};

const memory = rowMemory(RelationshipTypeEntity);

/** Defines how people may be related, or changes its words, place and state. Its meaning stays once it is used. */
export const saveRelationshipType = (
  context: RequestContext,
  input: TypeInput,
): Promise<RelationshipType> =>
  runCommand(context, { name: 'saveRelationshipType', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'relationship types');
    const before = await lockByCode(work, RelationshipTypeEntity, input.code);
    if (before && changesMeaning(before, input) && (await isTypeUsed(work.manager, before.code))) {
      throw ruleViolation(
        'People are related so: category, symmetric, acyclic and inverseCode stay',
      );
    }
    const others = (await findRelationshipTypes(work.manager)).filter(
      ({ id }) => id !== before?.id,
    );
    return saveRecord(work, RelationshipTypeEntity, {
      before,
      input,
      rules: {
        derive: namesOfRelationshipType,
        check: (type) => typeProblems(type, others),
      },
    });
  });

const changesMeaning = (before: RelationshipType, input: TypeInput): boolean =>
  before.category !== input.category ||
  before.symmetric !== input.symmetric ||
  before.acyclic !== input.acyclic ||
  (!input.symmetric && (input.inverseCode ?? before.inverseCode) !== before.inverseCode);

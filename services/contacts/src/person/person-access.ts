import type { AccessRule } from '@crm/kit/record/entity';

/** Reached by whoever reaches the person that `column` names: the owner, or through a customer. */
export const byPerson = (column = 'personId'): AccessRule => ({
  by: 'any',
  of: [
    { by: 'parent', column, table: 'person' },
    {
      by: 'link',
      table: 'affiliation',
      column: 'personId',
      from: column,
      parentColumn: 'customerId',
      parentTable: 'customerAccess',
    },
  ],
});

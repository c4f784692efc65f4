import type { RequestContext } from '@crm/kit/context';
import { ruleViolation } from '@crm/kit/errors';
import { rowMemory, runCommand } from '@crm/kit/record/command';
import { allow } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  lockForWriting,
  removeRecord,
  restoreRecord,
  writeChange,
  type Rules,
} from '@crm/kit/record/record';
import { addCustomer } from '../customer/customer.commands.ts';
import { CustomerEntity, type Customer } from '../customer/customer.fields.ts';
import { isRelated, moveRelations } from '../relation/relation.commands.ts';
import { ExternalOrganizationEntity, type ExternalOrganization } from './organization.fields.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly id: string; readonly expectedVersion?: number | null };

const memory = rowMemory(ExternalOrganizationEntity);

const rules: Rules<ExternalOrganization> = { defaults: () => ({ kind: 'COMPANY' }) };

export const createExternalOrganization = (
  context: RequestContext,
  input: Repeatable,
): Promise<ExternalOrganization> =>
  runCommand(context, { name: 'createExternalOrganization', input, memory }, (work) => {
    allow(work.viewer, 'write', 'organisations');
    return createRecord(work, ExternalOrganizationEntity, { input, rules });
  });

export const updateExternalOrganization = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<ExternalOrganization> =>
  runCommand(context, { name: 'updateExternalOrganization', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'organisations');
    const { id, expectedVersion = null } = input;
    const change = await changeRecord(work, ExternalOrganizationEntity, {
      id,
      expectedVersion,
      input,
      rules: {},
    });
    return change.after;
  });

export const deleteExternalOrganization = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<ExternalOrganization> =>
  runCommand(context, { name: 'deleteExternalOrganization', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'organisations');
    const { id, expectedVersion = null } = input;
    await lockForWriting(work, ExternalOrganizationEntity, id);
    if (await isRelated(work, id)) {
      throw ruleViolation('Customers are related to this organisation: remove the relations first');
    }
    return removeRecord(work, ExternalOrganizationEntity, { id, expectedVersion });
  });

export const restoreExternalOrganization = (
  context: RequestContext,
  input: Repeatable & { readonly id: string },
): Promise<ExternalOrganization> =>
  runCommand(context, { name: 'restoreExternalOrganization', input, memory }, (work) => {
    allow(work.viewer, 'write', 'organisations');
    return restoreRecord(work, ExternalOrganizationEntity, input.id);
  });

type PromoteInput = Repeatable & {
  readonly id: string;
  readonly code?: string | null;
  readonly level?: string | null;
};

/** Makes a customer of an organisation. Its relations are the customer's from then on. */
export const promoteToCustomer = (
  context: RequestContext,
  input: PromoteInput,
): Promise<Customer> =>
  runCommand(
    context,
    { name: 'promoteToCustomer', input, memory: rowMemory(CustomerEntity) },
    async (work) => {
      allow(work.viewer, 'write', 'customers');
      const before = await lockForWriting(work, ExternalOrganizationEntity, input.id);
      if (before.promotedToId !== null)
        throw ruleViolation('The organisation is a customer already');
      const { code = null, level = null } = input;
      const asked = { name: before.name, code, level, ownerId: work.viewer.staffId };
      const customer = await addCustomer(work, asked);
      await writeChange(work, ExternalOrganizationEntity, {
        before,
        changes: { promotedToId: { from: null, to: customer.id } },
      });
      await moveRelations(work, before.id, customer.id);
      return customer;
    },
  );

import { findUnshapedFields } from '@crm/kit/record/custom-field';
import { shapeCustomField } from '@crm/kit/record/custom-field-job';
import type { Database } from '@crm/kit/database/database';
import type { TestResult } from '@crm/kit/testing/execute';
import { customisable } from '../entities.ts';
import type { TestCustomers } from './customers.ts';

const DEFINE = `mutation ($input: CustomFieldDefinitionInput!) {
  defineCustomField(input: $input) { key type indexState indexProblem active }
}`;

export type FieldInput = {
  readonly key: string;
  readonly type?: string;
  readonly [option: string]: unknown;
};

/** Defines a field of customers, a text when nothing else is said. */
export const define = (customers: TestCustomers, input: FieldInput): Promise<TestResult> =>
  customers.execute(DEFINE, {
    input: {
      entity: 'Customer',
      type: 'TEXT',
      labels: { zh: input.key, en: input.key },
      ...input,
    },
  });

/** Makes and takes away indexes as the job of the service does, with the rights of `patient`. */
export async function shapeFields({ db }: TestCustomers, patient: Database = db): Promise<void> {
  for (const field of await findUnshapedFields(db.manager)) {
    await shapeCustomField(db.manager, field, { entities: customisable, patient });
  }
}

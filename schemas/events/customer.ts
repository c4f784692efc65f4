import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import {
  changesSchema,
  customValuesSchema,
  dateText,
  lastOwnerSchema,
  moneySchema,
} from './values.ts';

/** What other services know of a customer; nothing here is confidential or personal. */
const customerSchema = z.object({
  code: z.string(),
  kind: z.string(),
  name: z.string(),
  shortName: z.string().nullable(),
  country: z.string().nullable(),
  province: z.string().nullable(),
  city: z.string().nullable(),
  industry: z.string().nullable(),
  legalForm: z.string().nullable(),
  establishedOn: dateText.nullable(),
  level: z.string().nullable(),
  categories: z.array(z.string()).readonly(),
  channelRole: z.string().nullable(),
  lifecycleStage: z.string(),
  designation: z.string().nullable(),
  source: z.string().nullable(),
  ownerId: z.uuid().nullable(),
  teamId: z.uuid().nullable(),
  /** Of classes PUBLIC and INTERNAL; events of before do not say. */
  customFields: customValuesSchema.optional(),
});

export type CustomerData = z.infer<typeof customerSchema>;

export const CustomerCreated = defineEvent('customer.created', customerSchema);
export const CustomerUpdated = defineEvent(
  'customer.updated',
  customerSchema.extend({ changes: changesSchema }),
);
/** The owner at the end, so that it is known who may still be told. */
export const CustomerDeleted = defineEvent('customer.deleted', lastOwnerSchema);
/** It is gone, and its id means the survivor from now on. */
export const CustomerMerged = defineEvent(
  'customer.merged',
  lastOwnerSchema.extend({ survivorId: z.uuid() }),
);
/** It is back, as it was before it was merged into the survivor. */
export const CustomerUnmerged = defineEvent(
  'customer.unmerged',
  customerSchema.extend({ survivorId: z.uuid() }),
);
export const CustomerRestored = defineEvent('customer.restored', customerSchema);

const particularsSchema = z.object({
  bankCreditRating: z.string().nullable(),
  registeredCapital: moneySchema.nullable(),
  paidInCapital: moneySchema.nullable(),
  fundingPosition: z.string().nullable(),
  taxpayerType: z.string().nullable(),
  accountingBooks: z.string().nullable(),
  tradeCreditRating: z.string().nullable(),
  paymentBehaviour: z.string().nullable(),
  /** Of class CONFIDENTIAL. */
  customFields: customValuesSchema,
});

export type CustomerParticulars = z.infer<typeof particularsSchema>;

/** What is confidential of a customer and others reckon with, as it is now, when some of it changes. */
export const CustomerParticularsChanged = defineEvent(
  'customer.particulars_changed',
  particularsSchema,
  { visibility: 'private' },
);

import type { RequestContext } from '../context.ts';
import { findAllCustomFields, type CustomFields } from './custom-field.ts';
import { errorNumber } from '../data-source/errors.ts';

/** Requests that have met a server without the column of an indexed field. */
const withoutColumns = new WeakSet<RequestContext>();

/** The definitions that filters, sorts and groups of a request are compiled against. */
export async function readCustomFields(context: RequestContext): Promise<CustomFields> {
  const fields = await findAllCustomFields(context.app.db.manager);
  if (!withoutColumns.has(context)) return fields;
  return new Map([...fields].map(([id, field]) => [id, { ...field, indexState: 'NONE' }]));
}

const unknownColumn = 1054;

/**
 * Runs a query that may use the columns of indexed fields. A standby that is behind has them later,
 * and a field that was just retired has lost its own: then the same is read without them.
 */
export async function withCustomColumns<Value>(
  context: RequestContext,
  read: () => Promise<Value>,
): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    if (withoutColumns.has(context) || !isMissingColumn(error)) throw error;
    withoutColumns.add(context);
    return read();
  }
}

const isMissingColumn = (error: unknown): boolean =>
  errorNumber(error) === unknownColumn && error instanceof Error && /custom_/.test(error.message);

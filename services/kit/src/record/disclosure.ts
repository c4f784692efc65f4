import type { DataSource } from 'typeorm';
import { transact } from '../database/database.ts';
import { idToBytes } from '../id.ts';
import type { RequestInfo } from '../request.ts';

/** Why a value is null though there may be one. */
export type WithheldReason = 'NOT_ALLOWED' | 'PURPOSE_NEEDED';

export type Withheld = { readonly field: string; readonly reason: WithheldReason };

/** Sensitive fields of one record, or of no single one where a filter or a figure used them. */
export type SensitiveRead = {
  readonly entity: string;
  readonly entityId: string | null;
  readonly fields: readonly string[];
};

/** What one answer tells of sensitive values, and what it keeps back. */
export type Disclosure = {
  readonly tell: (entity: string, entityId: string | null, field: string) => void;
  readonly withhold: (field: string, reason: WithheldReason) => void;
  readonly reads: () => readonly SensitiveRead[];
  readonly withheld: () => readonly Withheld[];
};

export function createDisclosure(): Disclosure {
  const told = new Map<string, { entity: string; entityId: string | null; fields: Set<string> }>();
  const withheld = new Map<string, WithheldReason>();
  return {
    tell: (entity, entityId, field) => {
      const key = `${entity} ${entityId}`;
      const known = told.get(key) ?? { entity, entityId, fields: new Set<string>() };
      known.fields.add(field);
      told.set(key, known);
    },
    withhold: (field, reason) => withheld.set(field, reason),
    reads: () => [...told.values()].map((each) => ({ ...each, fields: [...each.fields] })),
    withheld: () => [...withheld].map(([field, reason]) => ({ field, reason })),
  };
}

const key = Symbol('disclosure');

/** The context that resolvers are given, with what is kept of the answer that they make. */
export const withDisclosure = <Context extends object>(
  context: Context,
  disclosure: Disclosure,
): Context => ({ ...context, [key]: disclosure });

/** Throws where nothing would be recorded: then nothing sensitive may be told. */
export function disclosureOf(context: object): Disclosure {
  const disclosure: Disclosure | undefined = Reflect.get(context, key);
  if (!disclosure) throw new Error('Sensitive values are told to requests alone');
  return disclosure;
}

export type RecordReads = (request: RequestInfo, reads: readonly SensitiveRead[]) => Promise<void>;

const rowsPerStatement = 500;

/** Writes who has read what and why, but no value. It must be done before the answer leaves. */
export const recordReads =
  (db: DataSource): RecordReads =>
  async ({ viewer, requestId }, reads) => {
    const at = new Date();
    const rows = reads.map(({ entity, entityId, fields }) => [
      entity,
      entityId === null ? null : idToBytes(entityId),
      JSON.stringify(fields),
      viewer.purpose ?? '',
      at,
      viewer.staffId === null ? null : idToBytes(viewer.staffId),
      viewer.subject,
      requestId,
    ]);
    await transact(db, async (manager) => {
      for (let start = 0; start < rows.length; start += rowsPerStatement) {
        await manager.query(
          `INSERT INTO sensitiveRead
             (entity, entityId, fields, purpose, at, byStaffId, bySubject, requestId) VALUES ?`,
          [rows.slice(start, start + rowsPerStatement)],
        );
      }
    });
  };

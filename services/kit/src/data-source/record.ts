import { z } from 'zod';

/** The newest shape of the record that this code understands. */
export const recordVersion = 1;

/**
 * Who may write, since when, and who could take over without losing a write. The keeper changes it
 * by compare-and-set only; data sources follow it.
 */
const recordSchema = z.object({
  version: z.number().int().min(1),
  /** Whose record it is. */
  cluster: z.string().min(1),
  /** Made when the record was first written, so that a store that lost its data is noticed. */
  lineage: z.string().min(1),
  /** Grows with each change of writer. */
  term: z.number().int().min(1),
  writer: z.string().min(1),
  /**
   * Servers whose acknowledgement counts: together they hold every acknowledged commit. Only these
   * may be promoted. While a promotion runs it is the former writer alone.
   */
  standby: z.array(z.string().min(1)).readonly(),
  /**
   * When these had started as they were listed. One that started again since has forgotten what it
   * had received and not applied. The former writer is not among them: it forgets nothing.
   */
  standbySince: z.record(z.string(), z.number()).default({}),
  phase: z.enum(['serving', 'promoting']),
  /** The writer of the term before. */
  was: z.string().min(1).nullable(),
  /** The server UUID behind each name, so that a stranger at an address is noticed. */
  members: z.record(z.string(), z.string()),
  /** UUIDs of all that ever were the writer: what they hold in excess was never acknowledged. */
  writers: z.array(z.string()).readonly(),
});

export type TermRecord = Readonly<z.infer<typeof recordSchema>>;

/** A record as it stands in the store. */
export type StoredRecord = TermRecord & { readonly revision: number };

/** Throws when the text is no record, one that a newer release wrote, or another cluster's. */
export function parseRecord(text: string, cluster: string): TermRecord {
  const parsed: unknown = JSON.parse(text);
  const versioned = z.object({ version: z.number().int() }).safeParse(parsed);
  if (versioned.success && versioned.data.version > recordVersion) {
    throw new Error(
      `The term record has version ${versioned.data.version}, this release understands ${recordVersion}: upgrade this process first`,
    );
  }
  // The first records did not say whose they were.
  const isObject = typeof parsed === 'object' && !Array.isArray(parsed);
  const result = recordSchema.safeParse(isObject ? { cluster, ...parsed } : parsed);
  if (!result.success) throw new Error(`Not a term record: ${z.prettifyError(result.error)}`);
  if (result.data.cluster !== cluster) {
    throw new Error(`The term record is that of cluster ${result.data.cluster}, not ${cluster}`);
  }
  return result.data;
}

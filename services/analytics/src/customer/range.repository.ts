import type { EntityManager } from 'typeorm';

export const firstId = Buffer.alloc(16);
export const lastId = Buffer.alloc(16, 0xff);

/** The last of the next so many customers after an id, deleted ones too; null when fewer are left. */
export async function endOfRange(
  manager: EntityManager,
  after: Uint8Array,
  size: number,
): Promise<Uint8Array | null> {
  const [end]: { id: Uint8Array }[] = await manager.query(
    `SELECT id FROM customer WHERE id > ? ORDER BY id LIMIT 1 OFFSET ${size - 1}`,
    [after],
  );
  return end?.id ?? null;
}

export type Range = { readonly after: Uint8Array; readonly upTo: Uint8Array };

/** Ranges of ids that hold all customers, so many in each; the last goes up to the last id there can be. */
export async function* customerRanges(manager: EntityManager, size: number): AsyncGenerator<Range> {
  let after: Uint8Array = firstId;
  for (;;) {
    const end = await endOfRange(manager, after, size);
    yield { after, upTo: end ?? lastId };
    if (end === null) return;
    after = end;
  }
}

import type { CursorStore } from './cursor-store.ts';

/** Where one stands, stored behind the caller's back: nobody waits for the disk. */
export type Position = {
  readonly cursor: () => string | null;
  /** Throws what an earlier attempt to store came to. */
  readonly moveTo: (cursor: string) => void;
  /** Resolves when the last cursor is stored. */
  readonly stored: () => Promise<void>;
};

export async function openPosition(store: CursorStore): Promise<Position> {
  let current = await store.read();
  let writing: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;

  const write = async (cursor: string): Promise<void> => {
    try {
      await store.write(cursor);
      writing = current === null || current === cursor ? undefined : write(current);
    } catch (error) {
      failure = { error };
    }
  };
  const check = (): void => {
    if (failure) throw failure.error;
  };
  const stored = async (): Promise<void> => {
    const last = writing;
    await last;
    check();
    if (writing !== undefined && writing !== last) await stored();
  };
  return {
    cursor: () => current,
    moveTo: (cursor) => {
      check();
      current = cursor;
      writing ??= write(cursor);
    },
    stored,
  };
}

/** Where a list goes on: the names of its sort keys, and their values in the last row. */
export const writeListCursor = (names: readonly string[], values: readonly unknown[]): string =>
  Buffer.from(JSON.stringify([names.join(), ...values])).toString('base64url');

/** Goes on after an id, in a list that is sorted by id alone. */
export const cursorOfId = (id: string): string => writeListCursor(['id'], [id]);

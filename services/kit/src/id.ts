import { parse, stringify, v7, validate } from 'uuid';

/** A new id: UUID version 7, so that ids made later sort later. */
export const newId = (): string => v7();

export const isId = (text: string): boolean => validate(text);

/** The 16 bytes that MySQL stores. Throws when `id` is no UUID. */
export const idToBytes = (id: string): Buffer => Buffer.from(parse(id));

export const idFromBytes = (bytes: Uint8Array): string => stringify(bytes);

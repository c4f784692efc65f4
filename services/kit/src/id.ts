import { randomBytes } from 'node:crypto';
import { parse, stringify, v7, validate } from 'uuid';

/** A new id: UUID version 7, so that ids made later sort later. */
export const newId = (): string => v7();

export const isId = (text: string): boolean => validate(text);

/** The 16 bytes that MySQL stores. Throws when `id` is no UUID. */
export const idToBytes = (id: string): Buffer => Buffer.from(parse(id));

export const idFromBytes = (bytes: Uint8Array): string => stringify(bytes);

const codeAlphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** A number for people, such as `C-7F3K9Q2MXA`: 50 random bits, without letters that look alike. */
export const newCode = (prefix: string): string =>
  `${prefix}-${[...randomBytes(10)].map((byte) => codeAlphabet.charAt(byte % 32)).join('')}`;

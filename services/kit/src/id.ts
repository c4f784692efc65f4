import { randomFillSync } from 'node:crypto';
import { parse, stringify, v7, validate } from 'uuid';
import { invalid } from './errors.ts';

/** When the last id was made, in epoch milliseconds, and its place among those of that moment. */
let last = { msecs: 0, seq: 0 };
const seqMax = 0xffff_ffff;

/** A new id: UUID version 7, so that ids made later sort later. */
export function newId(): string {
  const random = randomPart(16);
  const now = Date.now();
  if (now > last.msecs) last = { msecs: now, seq: random.readUInt32BE(6) >>> 1 };
  else if (last.seq < seqMax) last = { msecs: last.msecs, seq: last.seq + 1 };
  else last = { msecs: last.msecs + 1, seq: 0 };
  return v7({ ...last, random });
}

export const isId = (text: string): boolean => validate(text);

/** The 16 bytes that MySQL stores. A text that is no UUID came from a client: INVALID. */
export function idToBytes(id: string): Buffer {
  if (!isId(id)) throw invalid(`"${id.slice(0, 40)}" is no id`);
  return Buffer.from(parse(id));
}

export const idFromBytes = (bytes: Uint8Array): string => stringify(bytes);

const codeAlphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** A number for people, such as `C-7F3K9Q2MXA`: 50 random bits, without letters that look alike. */
export function newCode(prefix: string): string {
  let code = `${prefix}-`;
  for (const byte of randomPart(10)) code += codeAlphabet.charAt(byte % 32);
  return code;
}

/** Random bytes come in stocks: to ask for a few costs as much as to ask for thousands. */
const stock = Buffer.alloc(4096);
let used = stock.length;

function randomPart(length: number): Buffer {
  if (used + length > stock.length) {
    randomFillSync(stock);
    used = 0;
  }
  used += length;
  return stock.subarray(used - length, used);
}

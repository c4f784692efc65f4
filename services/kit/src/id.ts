import { createHash, randomFillSync } from 'node:crypto';
import { validate } from 'uuid';
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
  return idFromBytes(layOut(last, random));
}

const laidOut = Buffer.alloc(16);

/** RFC 9562: the time, then the place in 32 bits around version and variant, then what is random. */
function layOut({ msecs, seq }: typeof last, random: Buffer): Buffer {
  random.copy(laidOut, 10, 10);
  laidOut.writeUIntBE(msecs, 0, 6);
  laidOut[6] = 0x70 | (seq >>> 28);
  laidOut[7] = seq >>> 20;
  laidOut[8] = 0x80 | ((seq >>> 14) & 0x3f);
  laidOut[9] = seq >>> 6;
  laidOut[10] = ((seq & 0x3f) << 2) | ((random[10] ?? 0) & 0x03);
  return laidOut;
}

/** The id of what bytes name: always the same (UUID version 8, of their SHA-256). */
export function idOf(name: Buffer): string {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return idFromBytes(bytes);
}

export const isId = (text: string): boolean => validate(text);

/** The 16 bytes that MySQL stores. A text that is no UUID came from a client: INVALID. */
export function idToBytes(id: string): Buffer {
  if (!isId(id)) throw invalid(`"${id.slice(0, 40)}" is no id`);
  const bytes = Buffer.allocUnsafe(16);
  let at = 0;
  for (let byte = 0; byte < 16; byte += 1) {
    if (id.charCodeAt(at) === dash) at += 1;
    bytes[byte] = digitAt(id, at) * 16 + digitAt(id, at + 1);
    at += 2;
  }
  return bytes;
}

const dash = 45;

/** The value of each hexadecimal digit, by its code: statements of many rows hold thousands of ids. */
const digits = new Uint8Array(128);
for (const [value, digit] of '0123456789abcdef'.split('').entries()) {
  digits[digit.charCodeAt(0)] = value;
  digits[digit.toUpperCase().charCodeAt(0)] = value;
}

const digitAt = (id: string, at: number): number => digits[id.charCodeAt(at)] ?? 0;

export function idFromBytes(bytes: Uint8Array): string {
  const hex = (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes)).toString('hex', 0, 16);
  if (hex.length !== 32) throw new Error('An id has 16 bytes');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

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

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { invalid } from '@crm/kit/errors';

/** A place in one stream, for one filter. */
export type Place = {
  readonly stream: string;
  readonly filter: string;
  /** Changes up to this sequence are dealt with. */
  readonly seq: number;
};

export type Cursors = {
  readonly write: (place: Place) => string;
  /** Throws INVALID for what was not written here, or not for this filter. */
  readonly read: (cursor: string, filter: string) => Pick<Place, 'stream' | 'seq'>;
};

const format = 1;
const seqBytes = 6;
const hashBytes = 8;
const signatureBytes = 16;
const seqAt = 1;
const streamAt = seqAt + seqBytes;
const filterAt = streamAt + hashBytes;
const signatureAt = filterAt + hashBytes;
const length = signatureAt + signatureBytes;

/** Every gateway with the same key reads what another wrote: clients keep cursors, servers none. */
export function createCursors(key: string): Cursors {
  const sign = (place: Buffer): Buffer =>
    createHmac('sha256', key).update(place).digest().subarray(0, signatureBytes);
  return {
    write: ({ stream, filter, seq }) => {
      const bytes = Buffer.alloc(length);
      bytes[0] = format;
      bytes.writeUIntBE(seq, seqAt, seqBytes);
      bytes.write(stream, streamAt, 'base64url');
      bytes.write(filter, filterAt, 'base64url');
      sign(bytes.subarray(0, signatureAt)).copy(bytes, signatureAt);
      return bytes.toString('base64url');
    },
    read: (cursor, filter) => {
      const bytes = Buffer.from(cursor, 'base64url');
      const isOurs =
        bytes.length === length &&
        bytes[0] === format &&
        timingSafeEqual(sign(bytes.subarray(0, signatureAt)), bytes.subarray(signatureAt));
      if (!isOurs) throw refused('is none that this feed gave');
      if (textAt(bytes, filterAt) !== filter) throw refused('belongs to another filter');
      return { stream: textAt(bytes, streamAt), seq: bytes.readUIntBE(seqAt, seqBytes) };
    },
  };
}

/** Stands for a text in a cursor. */
export const shortHash = (text: string): string =>
  createHash('sha256').update(text).digest().subarray(0, hashBytes).toString('base64url');

const textAt = (bytes: Buffer, at: number): string =>
  bytes.subarray(at, at + hashBytes).toString('base64url');

const refused = (reason: string): Error =>
  invalid(`The cursor ${reason}`, [{ path: 'after', message: reason }]);

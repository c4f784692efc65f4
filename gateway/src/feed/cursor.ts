import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { invalid } from '@crm/kit/errors';
import { idFromBytes, idToBytes } from '@crm/kit/id';

/** A place in one stream, for one filter. */
export type Place = {
  readonly stream: string;
  readonly filter: string;
  /** Changes up to this sequence are dealt with, or in the snapshot. */
  readonly seq: number;
  /** Where a snapshot stands that is not over; changes follow it. */
  readonly snapshot: SnapshotPlace | null;
};

/** Records of a kind up to an id were sent. */
export type SnapshotPlace = {
  /** The place of the kind among those of the filter. */
  readonly kind: number;
  readonly afterId: string;
};

export type Cursors = {
  readonly write: (place: Place) => string;
  /** Throws INVALID for what was not written here, or not for this filter. */
  readonly read: (cursor: string, filter: string) => Omit<Place, 'filter'>;
};

/** The first byte says which it is. */
const formats = { change: 1, snapshot: 2 } as const;
const seqBytes = 6;
const hashBytes = 8;
const idBytes = 16;
const signatureBytes = 16;
const seqAt = 1;
const streamAt = seqAt + seqBytes;
const filterAt = streamAt + hashBytes;
const kindAt = filterAt + hashBytes;
const idAt = kindAt + 1;

/** Every gateway with the same key reads what another wrote: clients keep cursors, servers none. */
export function createCursors(key: string): Cursors {
  const sign = (place: Buffer): Buffer =>
    createHmac('sha256', key).update(place).digest().subarray(0, signatureBytes);
  return {
    write: (place) => {
      const bytes = toBytes(place);
      return Buffer.concat([bytes, sign(bytes)]).toString('base64url');
    },
    read: (cursor, filter) => {
      const all = Buffer.from(cursor, 'base64url');
      const bytes = all.subarray(0, lengthOf(all[0]));
      const signature = all.subarray(bytes.length);
      const isOurs = signature.length === signatureBytes && timingSafeEqual(sign(bytes), signature);
      if (!isOurs) throw refusedCursor('is none that this feed gave');
      if (hashAt(bytes, filterAt) !== filter) throw refusedCursor('belongs to another filter');
      return {
        stream: hashAt(bytes, streamAt),
        seq: bytes.readUIntBE(seqAt, seqBytes),
        snapshot: bytes[0] === formats.snapshot ? snapshotIn(bytes) : null,
      };
    },
  };
}

function toBytes({ stream, filter, seq, snapshot }: Place): Buffer {
  const format = snapshot ? formats.snapshot : formats.change;
  const bytes = Buffer.alloc(lengthOf(format));
  bytes[0] = format;
  bytes.writeUIntBE(seq, seqAt, seqBytes);
  bytes.write(stream, streamAt, 'base64url');
  bytes.write(filter, filterAt, 'base64url');
  if (snapshot) {
    bytes[kindAt] = snapshot.kind;
    bytes.set(idToBytes(snapshot.afterId), idAt);
  }
  return bytes;
}

/** Without its signature. */
const lengthOf = (format: number | undefined): number =>
  format === formats.snapshot ? idAt + idBytes : kindAt;

const snapshotIn = (bytes: Buffer): SnapshotPlace => ({
  kind: bytes[kindAt] ?? 0,
  afterId: idFromBytes(bytes.subarray(idAt, idAt + idBytes)),
});

/** Stands for a text in a cursor. */
export const shortHash = (text: string): string =>
  createHash('sha256').update(text).digest().subarray(0, hashBytes).toString('base64url');

const hashAt = (bytes: Buffer, at: number): string =>
  bytes.subarray(at, at + hashBytes).toString('base64url');

export const refusedCursor = (reason: string): Error =>
  invalid(`The cursor ${reason}`, [{ path: 'after', message: reason }]);

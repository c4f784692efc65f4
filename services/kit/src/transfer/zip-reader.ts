import { pipeline, Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { invalid } from '../errors.ts';

/** A file that can be read anywhere. */
export type RandomAccess = {
  readonly size: number;
  readonly read: (from: number, to: number) => Promise<Buffer>;
};

export type ZipEntry = {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly at: number;
};

const endBytesMax = 65_557;
const directoryBytesMax = 4 * 1024 * 1024;
const endMark = Buffer.from('PK\u0005\u0006');
const stored = 0;
const deflated = 8;

const noWorkbook = (): Error => invalid('The file is no Excel workbook (.xlsx)');

/** The files in a zip archive, by name. */
export async function readDirectory(file: RandomAccess): Promise<ReadonlyMap<string, ZipEntry>> {
  const tail = await file.read(Math.max(0, file.size - endBytesMax), file.size);
  const end = tail.lastIndexOf(endMark);
  if (end < 0 || end + 22 > tail.length) throw noWorkbook();
  const length = tail.readUInt32LE(end + 12);
  const at = tail.readUInt32LE(end + 16);
  if (length > directoryBytesMax || at + length > file.size) throw noWorkbook();
  return new Map(entriesIn(await file.read(at, at + length)).map((entry) => [entry.name, entry]));
}

const entryBytes = 46;

function entriesIn(directory: Buffer): ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = 0;
  while (at + entryBytes <= directory.length) {
    const nameLength = directory.readUInt16LE(at + 28);
    const nameAt = at + entryBytes;
    entries.push({
      name: directory.toString('utf8', nameAt, nameAt + nameLength),
      method: directory.readUInt16LE(at + 10),
      packed: directory.readUInt32LE(at + 20),
      at: directory.readUInt32LE(at + 42),
    });
    at = nameAt + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

const chunkBytes = 256 * 1024;
const headerBytes = 30;

/** The bytes of one file in the archive, unpacked as they are read. */
export async function* readEntry(
  file: RandomAccess,
  entry: ZipEntry,
  bytesMax: number,
): AsyncGenerator<Buffer> {
  if (entry.method !== stored && entry.method !== deflated) throw noWorkbook();
  const packed = packedBytes(file, entry);
  const bytes = entry.method === stored ? packed : inflate(packed);
  let length = 0;
  for await (const chunk of bytes) {
    length += chunk.length;
    // A few kilobytes may stand for gigabytes.
    if (length > bytesMax) throw invalid(`The workbook unpacks to more than ${bytesMax} bytes`);
    yield chunk;
  }
}

async function* packedBytes(file: RandomAccess, { at, packed }: ZipEntry): AsyncGenerator<Buffer> {
  const header = await file.read(at, at + headerBytes);
  if (header.length < headerBytes) throw noWorkbook();
  const begin = at + headerBytes + header.readUInt16LE(26) + header.readUInt16LE(28);
  for (let from = begin; from < begin + packed; from += chunkBytes) {
    yield await file.read(from, Math.min(from + chunkBytes, begin + packed));
  }
}

async function* inflate(packed: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const inflated = createInflateRaw();
  pipeline(Readable.from(packed), inflated, () => undefined);
  try {
    for await (const chunk of inflated) yield Buffer.from(chunk);
  } catch (error) {
    throw error instanceof Error && String(Reflect.get(error, 'code')).startsWith('Z_')
      ? noWorkbook()
      : error;
  } finally {
    inflated.destroy();
  }
}

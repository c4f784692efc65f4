import { fileTypeFromBuffer } from 'file-type';

/** What a file is, as its first bytes say, whatever its name is; null when they do not say. */
export async function sniffType(head: Buffer): Promise<string | null> {
  const found = await fileTypeFromBuffer(head);
  if (found) return found.mime;
  return isText(head) ? 'text/plain' : null;
}

function isText(head: Buffer): boolean {
  try {
    // A character may be cut in two at the end, which a decoder that goes on does not mind.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return !/\p{Cc}/u.test(text.replaceAll(/\s/g, ''));
  } catch {
    return false;
  }
}

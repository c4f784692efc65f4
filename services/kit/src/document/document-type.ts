/** What documents may be, by what their bytes say. Nothing of it runs where it is opened. */
const takenTypes: ReadonlySet<string> = new Set([
  'application/pdf',
  'text/plain',
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/gif',
  'image/tiff',
  'image/heic',
  'audio/mpeg',
  'audio/x-m4a',
  'audio/mp4',
  'audio/wav',
  'video/mp4',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/vnd.oasis.opendocument.text',
  'application/vnd.oasis.opendocument.spreadsheet',
  'application/vnd.oasis.opendocument.presentation',
  // Word, Excel and PowerPoint before 2007.
  'application/x-cfb',
]);

export const isTaken = (mimeType: string | null): mimeType is string =>
  mimeType !== null && takenTypes.has(mimeType);

export const documentBytesMax = 50 * 1024 * 1024;

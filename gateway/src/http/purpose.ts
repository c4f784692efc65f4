import type { Viewer } from '@crm/kit/viewer';

/** A header holds no Chinese as it is, so a purpose may be percent-encoded. */
export const withPurpose = (viewer: Viewer, text: string | undefined): Viewer =>
  text === undefined ? viewer : { ...viewer, purpose: readPurpose(text) };

function readPurpose(text: string): string {
  try {
    return decodeURIComponent(text).slice(0, 200);
  } catch {
    return text.slice(0, 200);
  }
}

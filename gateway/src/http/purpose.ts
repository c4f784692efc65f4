/** A header holds no Chinese as it is, so a purpose may be percent-encoded. */
export function readPurpose(text: string): string {
  try {
    return decodeURIComponent(text).slice(0, 200);
  } catch {
    return text.slice(0, 200);
  }
}

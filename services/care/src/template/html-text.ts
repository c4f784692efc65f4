const blocks = /<\s*(br|\/p|\/div|\/h[1-6]|\/li|\/tr)\b[^>]*>/gi;
const links = /<a\b[^>]*\bhref\s*=\s*["']([^"']+)["'][^>]*>([\s\S]*?)<\/a>/gi;
const hidden = /<(style|head|title)\b[\s\S]*?<\/\1\s*>|<!--[\s\S]*?-->/gi;
const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#34': '"',
  '#39': "'",
  nbsp: ' ',
};

/** What a mail in HTML says, for readers that show text alone. */
export const textOfHtml = (html: string): string =>
  html
    .replaceAll(hidden, '')
    .replaceAll(links, '$2 ($1)')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(blocks, '\n')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(#?\w+);/g, (whole, name: string) => entities[name] ?? whole)
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();

/** Ends before the punctuation of the sentence that it stands in. */
const address = /https?:\/\/(?:[\w\-./~%?=#:@+]|&amp;)*[\w\-/]/g;

const withLinks = (html: string): string =>
  html.replaceAll(address, (url) => `<a href="${url}">${url}</a>`);

/** A text as a page of HTML, every line as it stands, and its addresses links. */
export const htmlOfText = (text: string): string =>
  `<div style="white-space:pre-wrap">${withLinks(escapeHtml(text))}</div>`;

export const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

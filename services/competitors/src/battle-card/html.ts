const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);

/** A heading with a text below it; nothing where there is no text. */
export const section = (title: string, text: string | null): string =>
  text ? `<h2>${escapeHtml(title)}</h2><p>${escapeHtml(text).replaceAll('\n', '<br>')}</p>` : '';

export const table = (title: string, rows: readonly (readonly string[])[]): string =>
  rows.length === 0
    ? ''
    : `<h2>${escapeHtml(title)}</h2><table>${rows
        .map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`)
        .join('')}</table>`;

/** Headings in both languages: a page is for whoever holds it. */
export const headings = {
  overview: '公司简介 Overview',
  winRate: '我方赢率 Our win rate',
  strengths: '优势 Strengths',
  weaknesses: '劣势 Weaknesses',
  opportunities: '机会 Opportunities',
  threats: '威胁 Threats',
  strategy: '我方策略 Our strategy',
  products: '产品 Products',
  comparisons: '对比 Comparison',
  activities: '动态 Activities',
  intelligence: '情报 Intelligence',
  losses: '教训 Lessons',
  literature: '资料 Literature',
} as const;

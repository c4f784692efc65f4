import { expect, test } from '@jest/globals';
import { escapeHtml, section, table } from './html.ts';

test('what people typed is text, never markup', () => {
  expect(escapeHtml(`<b>"R&D's"</b>`)).toBe('&lt;b&gt;&quot;R&amp;D&#39;s&quot;&lt;/b&gt;');
  expect(section('<i>', '<script>\n')).toBe('<h2>&lt;i&gt;</h2><p>&lt;script&gt;<br></p>');
  expect(table('T', [['<td>']])).toBe('<h2>T</h2><table><tr><td>&lt;td&gt;</td></tr></table>');
});

test('what is empty is left out', () => {
  expect(section('T', null) + table('T', [])).toBe('');
});

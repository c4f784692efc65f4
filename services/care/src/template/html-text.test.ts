import { expect, test } from '@jest/globals';
import { htmlOfText } from './html-text.ts';

test('an address in a text is a link, without the punctuation behind it', () => {
  const url = 'https://crm.example/hooks/care/survey/A-_1';
  const link = `<a href="${url}">${url}</a>`;
  expect(htmlOfText(`请评价：${url}。谢谢`)).toContain(`请评价：${link}。谢谢`);
  expect(htmlOfText(`(${url})`)).toContain(`(${link})`);
  expect(htmlOfText(`<${url}>`)).toContain(`&lt;${link}&gt;`);
  expect(htmlOfText('https://a.example/?a=1&b=2.')).toContain(
    '<a href="https://a.example/?a=1&amp;b=2">https://a.example/?a=1&amp;b=2</a>.',
  );
});

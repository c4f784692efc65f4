import { escapeHtml } from '../template/html-text.ts';

const style =
  'body{font:16px/1.6 system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem}button{font:inherit;padding:.5rem 1.5rem}';

type Words = { readonly zh: string; readonly en: string };

const page = (title: Words, body: string): string => `<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>${escapeHtml(`${title.zh} · ${title.en}`)}</title>
<style>${style}</style><h1>${escapeHtml(title.zh)}</h1><p lang="en">${escapeHtml(title.en)}</p>
${body}</html>
`;

/** Asks once more: programs that look at mails open every link in them, and must not unsubscribe anybody. */
export const askPage = (companyName: string): string =>
  page(
    {
      zh: `不再接收${companyName}的此类消息？`,
      en: `No more of these messages from ${companyName}?`,
    },
    '<form method="post"><button name="List-Unsubscribe" value="One-Click">退订 · Unsubscribe</button></form>',
  );

export const donePage = (): string =>
  page({ zh: '已退订', en: 'You are unsubscribed. We will send you no more of these.' }, '');

export const unknownPage = (): string =>
  page({ zh: '链接无效', en: 'This link is not valid. Please use the one in the message.' }, '');

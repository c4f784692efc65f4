import { escapeHtml } from '../template/html-text.ts';
import type { Language } from '../template/merge-field.ts';

const style = [
  'body{font:16px/1.6 system-ui;max-width:40rem;margin:3rem auto;padding:0 1rem}',
  'button{font:inherit;padding:.5rem 1.5rem}',
  'fieldset{border:0;padding:0;margin:0 0 1.5rem}legend{font-weight:600;padding:0}',
  'label{display:block;padding:.2rem 0}.scale{display:flex;flex-wrap:wrap;gap:.8rem;align-items:center}',
  'textarea{font:inherit;width:100%;box-sizing:border-box}.text{white-space:pre-wrap}.problem{color:#b00020}',
].join('');

type Page = {
  readonly locale: Language;
  /** In HTML, as the body is. */
  readonly title: string;
  readonly body: string;
};

/** A page that needs no script and loads nothing. */
export const pageOf = ({ locale, title, body }: Page): string => `<!doctype html>
<html lang="${locale === 'EN' ? 'en' : 'zh-CN'}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>${title}</title>
<style>${style}</style><h1>${title}</h1>
${body}</html>
`;

type Words = { readonly zh: string; readonly en: string };

/** Says the same in both languages, to whoever has opened a link. */
const inBoth = ({ zh, en }: Words, body: string): string =>
  pageOf({
    locale: 'ZH_CN',
    title: escapeHtml(zh),
    body: `<p lang="en">${escapeHtml(en)}</p>${body}`,
  });

/** Asks once more: programs that look at mails open every link in them, and must not unsubscribe anybody. */
export const askPage = (companyName: string): string =>
  inBoth(
    {
      zh: `不再接收${companyName}的此类消息？`,
      en: `No more of these messages from ${companyName}?`,
    },
    '<form method="post"><button name="List-Unsubscribe" value="One-Click">退订 · Unsubscribe</button></form>',
  );

export const donePage = (): string =>
  inBoth({ zh: '已退订', en: 'You are unsubscribed. We will send you no more of these.' }, '');

export const unknownPage = (): string =>
  inBoth({ zh: '链接无效', en: 'This link is not valid. Please use the one in the message.' }, '');

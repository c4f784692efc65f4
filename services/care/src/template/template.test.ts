import { describe, expect, test } from '@jest/globals';
import { textOfHtml } from './html-text.ts';
import { emptyValues } from './merge-field.ts';
import { smsLength } from './sms-length.ts';
import {
  exampleOf,
  renderMessage,
  templateProblems,
  withFooter,
  type MessageText,
} from './template.ts';

const mail: MessageText = {
  channel: 'EMAIL',
  locale: 'ZH_CN',
  format: 'TEXT',
  subject: '{{ person.salutation }}，{{ occasion.name }}快乐',
  body: '{{ phrase.greeting }}\n<{{ sender.name }}>',
  smsSignature: null,
};
const sms: MessageText = {
  ...mail,
  channel: 'SMS',
  subject: null,
  body: '{{ person.salutation }}您好',
  smsSignature: '关系科技',
};

describe('a message', () => {
  test('of text is a mail with both forms', () => {
    expect(exampleOf(mail)).toEqual({
      subject: '李先生，中秋节快乐',
      text: '祝您阖家幸福\n<王芳>',
      html: '<div style="white-space:pre-wrap">祝您阖家幸福\n&lt;王芳&gt;</div>',
      smsLength: null,
    });
  });

  test('keeps its subject on one line whatever the values hold', () => {
    const values = { ...emptyValues, 'person.salutation': '李\r\nBcc: all@example.com\0' };
    expect(renderMessage(mail, values).subject).toBe('李 Bcc: all@example.com ，快乐');
  });

  test('of SMS has its signature, and is counted with it', () => {
    expect(exampleOf(sms)).toMatchObject({
      text: '【关系科技】李先生您好',
      html: null,
      smsLength: { units: 11, isUnicode: true, segments: 1 },
    });
  });

  test('by mail says at its end how to get no more of them, once', () => {
    const url = 'https://example.com/u?a=1&b=2';
    const message = renderMessage(mail, emptyValues);
    const added = withFooter(message, { template: mail, url });
    expect(added.text).toContain(url);
    expect(added.html).toContain('href="https://example.com/u?a=1&amp;b=2"');
    const own = { ...mail, body: 'x {{ unsubscribe.url }}' };
    const said = renderMessage(own, { ...emptyValues, 'unsubscribe.url': url });
    expect(withFooter(said, { template: own, url })).toEqual(said);
  });
});

describe('a draft can not be published', () => {
  test.each([
    ['body', { ...mail, body: '{{ person.salary }}' }],
    ['subject', { ...mail, subject: '{% for %}' }],
    ['subject', { ...mail, subject: ' ' }],
    ['subject', { ...mail, subject: null }],
    ['body', { ...sms, body: '好'.repeat(700) }],
  ])('with a bad %s', (path, message) => {
    expect(templateProblems(message)).toMatchObject([{ path }]);
  });

  test('but an SMS needs no subject', () => {
    expect(templateProblems(sms)).toEqual([]);
  });
});

describe('the length of an SMS', () => {
  test.each([
    ['a'.repeat(160), { units: 160, isUnicode: false, segments: 1 }],
    ['a'.repeat(161), { units: 161, isUnicode: false, segments: 2 }],
    [`${'a'.repeat(158)}€`, { units: 160, isUnicode: false, segments: 1 }],
    ['好'.repeat(70), { units: 70, isUnicode: true, segments: 1 }],
    ['好'.repeat(71), { units: 71, isUnicode: true, segments: 2 }],
    ['好'.repeat(135), { units: 135, isUnicode: true, segments: 3 }],
    ['😀', { units: 2, isUnicode: true, segments: 1 }],
  ])('is what operators count', (text, length) => {
    expect(smsLength(text)).toEqual(length);
  });
});

test('what HTML says can be read without it', () => {
  const html =
    '<style>p{}</style><h1>您好</h1><p>A &amp; B<br>C</p><a href="https://x.example/?a=1">here</a>';
  expect(textOfHtml(html)).toBe('您好\nA & B\nC\nhere (https://x.example/?a=1)');
});

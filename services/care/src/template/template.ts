import type { FieldProblem } from '@crm/kit/errors';
import { htmlOfText, textOfHtml, escapeHtml } from './html-text.ts';
import { exampleValues, type MergeValues } from './merge-field.ts';
import { fieldsOf, renderText, textProblems } from './merge-text.ts';
import { smsLength, type SmsLength } from './sms-length.ts';
import type { MessageTemplate } from './template.fields.ts';

/** What a message is made of. */
export type MessageText = Pick<
  MessageTemplate,
  'body' | 'channel' | 'format' | 'locale' | 'smsSignature' | 'subject'
>;

export type RenderedMessage = {
  readonly subject: string | null;
  readonly text: string;
  /** Of a mail. */
  readonly html: string | null;
  readonly smsLength: SmsLength | null;
};

/** The text with values in it. Throws for a text that has problems. */
export function renderMessage(message: MessageText, values: MergeValues): RenderedMessage {
  const { channel, format, body } = message;
  const subject = message.subject === null ? null : oneLine(renderLine(message.subject, values));
  const written = renderText(body, format, values);
  if (channel === 'EMAIL') return { subject, smsLength: null, ...mail(message, written) };
  const text = channel === 'SMS' ? signed(message, plain(written)) : plain(written);
  const length = channel === 'SMS' ? smsLength(text) : null;
  return { subject, text, html: null, smsLength: length };
}

const renderLine = (source: string, values: MergeValues): string =>
  renderText(source, 'TEXT', values);

/** Nothing of a value can end the line of a header. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

const plain = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replaceAll(/(?!\n)\p{Cc}/gu, ' ')
    .trim();

const signed = ({ smsSignature }: MessageText, text: string): string =>
  smsSignature === null ? text : `【${smsSignature}】${text}`;

const mail = ({ format }: MessageText, written: string): { text: string; html: string } =>
  format === 'HTML'
    ? { html: written, text: textOfHtml(written) }
    : { html: htmlOfText(plain(written)), text: plain(written) };

/** A mail that says nowhere how to end mails says it at its end. */
export function withFooter(
  message: RenderedMessage,
  { template, url }: { readonly template: MessageText; readonly url: string },
): RenderedMessage {
  if (message.html === null || fieldsOf(template.body).includes('unsubscribe.url')) return message;
  const words =
    template.locale === 'EN' ? 'No more of these mails: unsubscribe' : '不再接收此类邮件：退订';
  return {
    ...message,
    text: `${message.text}\n\n--\n${words} ${url}`,
    html: `${message.html}<hr><p style="font-size:small"><a href="${escapeHtml(url)}">${words}</a></p>`,
  };
}

/** What it would look like to somebody who is not, or null while it has problems. */
export const exampleOf = (message: MessageText): RenderedMessage | null =>
  textProblemsOf(message).length > 0 ? null : renderMessage(message, exampleValues(message.locale));

export const mergeFieldsOf = ({
  subject,
  body,
}: Pick<MessageText, 'body' | 'subject'>): readonly string[] => [
  ...new Set([...fieldsOf(subject ?? ''), ...fieldsOf(body)]),
];

const smsSegmentsMax = 10;

/** Why a draft can't be published. */
export function templateProblems(message: MessageText): FieldProblem[] {
  const { channel, subject } = message;
  const problems = textProblemsOf(message);
  if (channel === 'EMAIL' && !subject?.trim()) {
    problems.push({ path: 'subject', message: 'is needed by a mail' });
  }
  const length = exampleOf(message)?.smsLength;
  if (length && length.segments > smsSegmentsMax) {
    const reason = `makes ${length.segments} messages, and ${smsSegmentsMax} may be sent at once`;
    problems.push({ path: 'body', message: reason });
  }
  return problems;
}

function textProblemsOf({ subject, body, format }: MessageText): FieldProblem[] {
  return [
    ...textProblems(subject ?? '', 'TEXT').map((message) => ({ path: 'subject', message })),
    ...textProblems(body, format).map((message) => ({ path: 'body', message })),
  ];
}

const codePattern = /^\w{1,64}$/;
const control = /\p{Cc}/u;

type Check = readonly [isBroken: boolean, path: string, message: string];

/** What a draft is refused for, whether or not its text is done. */
export function draftProblems(template: MessageTemplate): FieldProblem[] {
  const { channel, subject, smsSignature, format, labels, code } = template;
  const checks: readonly Check[] = [
    [!codePattern.test(code), 'code', 'takes letters, digits and underscores, at most 64'],
    [!labels?.zh.trim() || !labels.en.trim(), 'labels', 'need a text in both languages'],
    [control.test(subject ?? ''), 'subject', 'must be one line without control characters'],
    [channel === 'SMS' && subject !== null, 'subject', 'is not sent by SMS'],
    [format === 'HTML' && channel !== 'EMAIL', 'format', 'of mails alone may be HTML'],
    [smsSignature !== null && channel !== 'SMS', 'smsSignature', 'is of SMS alone'],
    [/[【】\p{Cc}]/u.test(smsSignature ?? ''), 'smsSignature', 'is given without its brackets'],
  ];
  return checks.filter(([isBroken]) => isBroken).map(([, path, message]) => ({ path, message }));
}

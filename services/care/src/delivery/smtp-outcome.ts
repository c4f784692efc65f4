import type { Outcome } from './outcome.ts';

/** What nodemailer says of a failure. */
export type SmtpFailure = {
  readonly code?: unknown;
  readonly command?: unknown;
  readonly response?: unknown;
  readonly responseCode?: unknown;
};

const mailboxCodes: readonly number[] = [550, 551, 553];

/**
 * What a failure means. An answer of the server is certain. Without one it is certain as long as nothing
 * of the message was written: from then on the server may have taken it.
 */
export function outcomeOf(failure: SmtpFailure, isHandedOver: boolean): Outcome {
  const { responseCode, command } = failure;
  if (typeof responseCode !== 'number') {
    const problem = `no answer: ${nameOf(failure.code)}`;
    return isHandedOver ? { kind: 'UNKNOWN', problem } : { kind: 'LATER', problem };
  }
  const stage = typeof command === 'string' ? command : 'unknown';
  const status = enhancedStatus(failure.response);
  const problem = `refused at ${stage} with ${responseCode}${status === null ? '' : ` ${status}`}`;
  if (responseCode < 500 || isOfAccount(stage)) return { kind: 'LATER', problem };
  return { kind: 'REFUSED', problem, isAddress: isOfAddress(stage, responseCode, status) };
}

/** The server does not want us, which somebody mends for all messages. */
const isOfAccount = (stage: string): boolean => /^(AUTH|EHLO|HELO|STARTTLS|CONN|MAIL)/.test(stage);

/** Of a status alone, and of a bare 550 only where the recipient was named. */
function isOfAddress(stage: string, code: number, status: string | null): boolean {
  if (status !== null) return status.startsWith('5.1.') || status === '5.2.1';
  return stage === 'RCPT TO' && mailboxCodes.includes(code);
}

/** The rest of an answer may name the recipient. */
const enhancedStatus = (response: unknown): string | null =>
  typeof response === 'string'
    ? (/^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})/.exec(response)?.[1] ?? null)
    : null;

const nameOf = (code: unknown): string => (typeof code === 'string' ? code : 'broken');

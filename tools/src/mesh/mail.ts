import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { createFaults, type Fault } from './catcher/fault.ts';
import { type Caught, createInbox } from './catcher/inbox.ts';
import { createCatcherServer } from './catcher/server.ts';

/** A mail server that delivers nowhere: what was sent is looked at in a browser or by a test. */
type Mail = Caught & {
  readonly from: string;
  readonly html: string | null;
  readonly headers: Readonly<Record<string, string>>;
};

const messageBytesMax = 25 * 1024 * 1024;

const inbox = createInbox<Mail>();
const faults = createFaults();

const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  size: messageBytesMax,
  logger: false,
  onRcptTo: (_, session, callback) => {
    const fault = faults.next('recipient');
    if (fault.mode === 'refuse') return callback(refusal(fault));
    if (fault.mode === 'drop') return close(session.id);
    setTimeout(callback, fault.mode === 'none' ? 0 : fault.delayMs);
  },
  onData: (stream, session, callback) => {
    const to = session.envelope.rcptTo.map(({ address }) => address);
    simpleParser(stream)
      .then((mail) => receive(mail, to, session.id))
      .then(
        (accepted) => accepted && callback(null),
        (error: Error) => callback(error),
      );
  },
});

/** False when the sender is to hear nothing. Throws what it is to hear instead of an acceptance. */
async function receive(mail: ParsedMail, to: readonly string[], session: string): Promise<boolean> {
  const fault = faults.next();
  if (fault.mode === 'refuse') throw refusal(fault);
  if (fault.mode === 'delay') await sleep(fault.delayMs);
  inbox.add(describe(mail, to));
  if (fault.mode === 'late') await sleep(fault.delayMs);
  if (fault.mode !== 'drop') return true;
  close(session);
  return false;
}

function close(session: string): void {
  for (const connection of smtp.connections) if (connection.id === session) connection.close();
}

const refusal = ({ code, status }: Fault): Error =>
  Object.assign(
    new Error(`${status === null ? '' : `${status} `}Refused, as this catcher was told to`),
    {
      responseCode: code,
    },
  );

const describe = (mail: ParsedMail, to: readonly string[]): Mail => ({
  id: randomUUID(),
  receivedAt: new Date().toISOString(),
  from: mail.from?.text ?? '',
  to,
  title: mail.subject ?? '',
  text: mail.text ?? '',
  html: mail.html === false ? null : (mail.html ?? null),
  headers: Object.fromEntries(mail.headerLines.map(({ key, line }) => [key, valueOf(line)])),
});

const valueOf = (line: string): string => line.slice(line.indexOf(':') + 1).trim();

const page = createCatcherServer({ title: 'Mail that was sent', inbox, faults });
const host = process.env['HOST'] ?? '127.0.0.1';
smtp.listen(Number(process.env['PORT']), host);
page.listen(Number(process.env['PAGE_PORT']), host);
process.once('SIGTERM', () => process.exit(0));

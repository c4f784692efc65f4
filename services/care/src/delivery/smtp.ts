import { Readable } from 'node:stream';
import DKIM from 'nodemailer/lib/dkim';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Outcome, Sender } from './outcome.ts';
import { outcomeOf } from './smtp-outcome.ts';

export type Mail = {
  /** Of the delivery. A mail that is sent again has the same, so that a mailbox can tell. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Where one click ends mails like this one. */
  readonly unsubscribeUrl: string;
};

export type SmtpSettings = {
  /** `smtp://user:password@host:587`, or `smtps:` for TLS from the start. */
  readonly url: string;
  /** `Name <address>`. */
  readonly from: string;
  /** Where refusals of later servers go; the address of `from` when null. */
  readonly bounceTo: string | null;
  readonly replyTo: string | null;
  readonly dkim: {
    readonly domainName: string;
    readonly keySelector: string;
    readonly privateKey: string;
  } | null;
  /** How long a server may be silent. */
  readonly timeoutMs: number;
};

const connectMsMax = 10_000;
const idleMsMax = 10_000;
const mailsPerConnection = 100;

type Pooled = { readonly connection: SMTPConnection; mails: number; idleSince: number };

/**
 * Sends mails one by one over connections that are kept. Nodemailer's own pool does not tell whether a
 * connection broke before or after the message was written, and that is what matters here.
 */
export function createSmtpSender(settings: SmtpSettings): Sender<Mail> {
  const idle: Pooled[] = [];

  const take = async (): Promise<Pooled> => {
    for (;;) {
      const pooled = idle.pop();
      if (!pooled) return { connection: await connect(settings), mails: 0, idleSince: 0 };
      if (Date.now() - pooled.idleSince < idleMsMax && !pooled.connection.destroyed) return pooled;
      pooled.connection.close();
    }
  };
  const keep = (pooled: Pooled): void => {
    pooled.mails += 1;
    pooled.idleSince = Date.now();
    if (pooled.mails < mailsPerConnection) idle.push(pooled);
    else pooled.connection.quit();
  };
  const send = async (mail: Mail): Promise<Outcome> => {
    let isHandedOver = false;
    let pooled: Pooled | null = null;
    try {
      const message = await compose(mail, settings);
      pooled = await take();
      const body = lazily(message.raw, () => {
        isHandedOver = true;
      });
      await transmit(pooled.connection, message.envelope, body);
      keep(pooled);
      return { kind: 'ACCEPTED', providerMessageId: message.id };
    } catch (error) {
      pooled?.connection.close();
      return outcomeOf(Object(error), isHandedOver);
    }
  };
  return {
    send,
    close: async () => {
      for (const { connection } of idle.splice(0)) connection.quit();
    },
  };
}

type Composed = {
  readonly id: string;
  readonly raw: Buffer;
  readonly envelope: { readonly from: string; readonly to: string[] };
};

async function compose(mail: Mail, settings: SmtpSettings): Promise<Composed> {
  const { from, replyTo, bounceTo, dkim } = settings;
  const sender = addressIn(from);
  const messageId = `<${mail.id}@${sender.slice(sender.lastIndexOf('@') + 1)}>`;
  const message = new MailComposer({
    from,
    // As an object, so that no comma or bracket in it makes a second recipient.
    to: { name: '', address: mail.to },
    ...(replyTo !== null && { replyTo }),
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    messageId,
    headers: {
      'List-Unsubscribe': `<${mail.unsubscribeUrl}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'Auto-Submitted': 'auto-generated',
    },
    // Nothing in a mail is a path or an address to read from.
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  if (dkim !== null) message.processFunc((input: Readable) => new DKIM(dkim).sign(input));
  const raw = await message.build();
  return { id: messageId, raw, envelope: { from: bounceTo ?? sender, to: [mail.to] } };
}

const addressIn = (from: string): string => /<([^>]+)>/.exec(from)?.[1] ?? from;

/** Made only when it is asked for, which is after the server has said that it takes the message. */
const lazily = (raw: Buffer, onRead: () => void): Readable =>
  new Readable({
    read() {
      onRead();
      this.push(raw);
      this.push(null);
    },
  });

function connect({ url, timeoutMs }: SmtpSettings): Promise<SMTPConnection> {
  const { protocol, hostname, port, username, password } = new URL(url);
  const connection = new SMTPConnection({
    host: hostname,
    port: Number(port) || (protocol === 'smtps:' ? 465 : 587),
    secure: protocol === 'smtps:',
    // A password never goes over a line that can be read.
    requireTLS: username !== '' && protocol === 'smtp:',
    connectionTimeout: connectMsMax,
    greetingTimeout: connectMsMax,
    dnsTimeout: connectMsMax,
    socketTimeout: timeoutMs,
  });
  return new Promise((resolve, reject) => {
    connection.on('error', reject);
    connection.connect((failure) => {
      if (failure) return reject(failure);
      if (username === '') return resolve(connection);
      const credentials = {
        user: decodeURIComponent(username),
        pass: decodeURIComponent(password),
      };
      connection.login({ credentials }, (refusal) =>
        refusal ? reject(refusal) : resolve(connection),
      );
    });
  });
}

const transmit = (
  connection: SMTPConnection,
  envelope: Composed['envelope'],
  body: Readable,
): Promise<void> =>
  new Promise((resolve, reject) => {
    connection.once('error', reject);
    connection.send(envelope, body, (failure) => {
      connection.off('error', reject);
      if (failure) reject(failure);
      else resolve();
    });
  });

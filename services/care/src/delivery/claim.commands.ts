import type { Work } from '@crm/kit/record/command';
import type { PhrasePreset } from '../phrase/phrase.fields.ts';
import { withoutTokens } from '../link/signed-id.ts';
import { findSuppressed } from '../suppressed-address/suppressed-address.repository.ts';
import { unsubscribeUrl } from '../suppressed-address/unsubscribe-link.ts';
import { surveyUrl } from '../survey-response/survey-link.ts';
import { surveyLinkProblem } from '../survey/survey-link-problem.ts';
import { findTextsInUse } from '../template/template.repository.ts';
import { renderMessage, withFooter, type RenderedMessage } from '../template/template.ts';
import type { MessageTemplate } from '../template/template.fields.ts';
import { hashOfAddress, type SentChannel } from './address.ts';
import { stepInstead, type SendingFacts } from './decide.ts';
import type { DeliverySettings } from './delivery.config.ts';
import type { Delivery } from './delivery.fields.ts';
import { lockDue, markSending, type Move } from './delivery.repository.ts';
import { findOccasions, findPhrases, valuesFor, type Occasion } from './message.repository.ts';
import { addressOf, findRecipients, type Recipient } from './recipient.repository.ts';
import { settle } from './settle.commands.ts';
import { findStanding, takenBack, type Standing } from './standing.repository.ts';

/** A message that is to be handed over now. Its delivery says so, once the transaction has committed. */
export type Claimed = {
  readonly delivery: Delivery;
  readonly to: string;
  readonly template: MessageTemplate;
  readonly message: RenderedMessage;
  readonly unsubscribeUrl: string;
};

type Claims = {
  /** How many were due, whatever became of them. */
  readonly looked: number;
  readonly claimed: readonly Claimed[];
};

type Settings = Pick<DeliverySettings, 'companyName' | 'key' | 'publicUrl' | 'sendMsMax'>;

type Claiming = {
  readonly channel: SentChannel;
  readonly limit: number;
  readonly settings: Settings;
};

/** Outcomes come later than the last answer may, and are still those of this attempt. */
const silenceFactor = 1.5;

/**
 * Takes due deliveries for sending. What stands against one now, whatever was so when it was planned,
 * ends it or puts it off here; the others are rendered with what is known now.
 */
export async function claimDue(work: Work, claiming: Claiming): Promise<Claims> {
  const { channel, limit, settings } = claiming;
  const due = await lockDue(work.manager, channel, { now: work.now, limit });
  if (due.length === 0) return { looked: 0, claimed: [] };
  const looked = await look(work, due, claiming);
  const moves: Move[] = [];
  const claimed: Claimed[] = [];
  for (const delivery of due) {
    const found = looked(delivery);
    if ('step' in found) moves.push({ before: delivery, step: found.step });
    else claimed.push(found);
  }
  await settle(work, moves);
  await markSending(
    work.manager,
    claimed.map((each) => ({
      delivery: each.delivery,
      textId: each.template.id,
      addressHash: hashOfAddress(channel, each.to),
      subject: each.message.subject,
      content: withoutTokens(each.message.text),
    })),
    settings.sendMsMax * silenceFactor,
  );
  return { looked: due.length, claimed: claimed.map(asSending) };
}

const asSending = (claimed: Claimed): Claimed => {
  const { delivery } = claimed;
  const attempts = delivery.attempts + 1;
  return { ...claimed, delivery: { ...delivery, status: 'SENDING', attempts } };
};

type Looked = Claimed | { readonly step: Move['step'] };

/** What is read of all due deliveries at once, however many there are. */
type Known = {
  readonly settings: Settings;
  readonly recipientOf: (delivery: Delivery) => Recipient | null;
  readonly texts: ReadonlyMap<string, MessageTemplate>;
  readonly occasions: ReadonlyMap<string, Occasion>;
  readonly phrases: readonly PhrasePreset[];
  readonly standing: ReadonlyMap<string, Standing>;
  readonly isSuppressed: (asked: Delivery & { readonly address: string | null }) => boolean;
};

async function look(
  work: Work,
  due: readonly Delivery[],
  claiming: Claiming,
): Promise<(delivery: Delivery) => Looked> {
  const known = await readKnown(work, due, claiming);
  return (delivery) => lookAt(known, delivery, work.now);
}

function lookAt(known: Known, delivery: Delivery, now: Date): Looked {
  const recipient = known.recipientOf(delivery);
  const template = known.texts.get(delivery.templateId ?? '') ?? null;
  const found = { recipient, template, to: addressFor(recipient, delivery.channel) };
  const step = stepInstead(delivery, factsOf(known, delivery, found), now);
  if (step !== null) return { step };
  if (!isWhole(found)) throw new Error('There is nothing to send');
  return write(known, { delivery, now, ...found });
}

type Whole = {
  readonly recipient: Recipient;
  readonly template: MessageTemplate;
  readonly to: string;
};

type Found = { readonly [Part in keyof Whole]: Whole[Part] | null };

const isWhole = (found: Found): found is Whole =>
  Object.values(found).every((part) => part !== null);

function factsOf(
  { standing, isSuppressed }: Known,
  delivery: Delivery,
  { recipient, template, to }: Found,
): SendingFacts {
  const { surveyId, ...stands } = standing.get(delivery.id) ?? takenBack;
  return {
    ...stands,
    isThere: recipient !== null,
    hasText: template?.channel === delivery.channel,
    textProblem: template === null ? null : surveyLinkProblem(surveyId, template),
    address: to,
    isSuppressed: isSuppressed({ ...delivery, address: to }),
  };
}

async function readKnown(
  work: Work,
  due: readonly Delivery[],
  { channel, settings }: Claiming,
): Promise<Known> {
  const { manager } = work;
  const recipientOf = await findRecipients(manager, due);
  const templateIds = due.flatMap(({ templateId }) => templateId ?? []);
  const occasionIds = due.map(({ occasionId }) => occasionId);
  const addressed = due.map((each) => ({
    ...each,
    address: addressFor(recipientOf(each), channel),
  }));
  return {
    settings,
    recipientOf,
    texts: await findTextsInUse(manager, templateIds),
    occasions: await findOccasions(manager, occasionIds),
    phrases: await findPhrases(manager),
    standing: await findStanding(work, due),
    isSuppressed: await findSuppressed(manager, addressed),
  };
}

type Writing = Whole & { readonly delivery: Delivery; readonly now: Date };

function write(known: Known, { delivery, recipient, template, to, now }: Writing): Claimed {
  const { settings, phrases } = known;
  const url = unsubscribeUrl(settings, delivery.id);
  const occasion = known.occasions.get(delivery.occasionId ?? '') ?? null;
  const { occasionOn } = delivery;
  const links = { surveyUrl: surveyUrl(settings, delivery.taskId), unsubscribeUrl: url };
  const said = { template, recipient, occasion, occasionOn, ...links };
  const voice = { companyName: settings.companyName, phrases };
  const rendered = renderMessage(template, valuesFor(said, voice, now));
  const message = withFooter(rendered, { template, url });
  return { delivery, to, template, message, unsubscribeUrl: url };
}

const addressFor = (recipient: Recipient | null, channel: SentChannel): string | null =>
  recipient === null ? null : addressOf(recipient, channel);

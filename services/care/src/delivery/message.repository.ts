import { isId } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import { findByIds, selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { OccasionEntity } from '../occasion/occasion.fields.ts';
import { PhrasePresetEntity, type PhrasePreset } from '../phrase/phrase.fields.ts';
import { withPhrases } from '../phrase/phrase.ts';
import { emptyValues, inLanguage, type MergeValues } from '../template/merge-field.ts';
import type { MessageTemplate } from '../template/template.fields.ts';
import { dayInWords, salutationOf } from './salutation.ts';
import type { Recipient } from './recipient.repository.ts';

export type Said = {
  readonly template: MessageTemplate;
  readonly recipient: Recipient;
  readonly occasion: Occasion | null;
  readonly occasionOn: string | null;
  readonly surveyUrl: string;
  readonly unsubscribeUrl: string;
};

export type Occasion = {
  readonly code: string;
  readonly labels: { readonly zh: string; readonly en: string };
};

/** What a company is called, and what it says on occasions. */
export type Voice = { readonly companyName: string; readonly phrases: readonly PhrasePreset[] };

const phrasesMax = 2000;

/** All active phrases, in their order: a company has some dozens. */
export const findPhrases = (manager: EntityManager): Promise<PhrasePreset[]> =>
  selectRows(
    manager,
    PhrasePresetEntity,
    sql`WHERE t.active AND t.deletedAt IS NULL ORDER BY t.sortOrder, t.id LIMIT ${phrasesMax}`,
  );

/** The values that a template is filled in with. */
export function valuesFor(said: Said, { companyName, phrases }: Voice, now: Date): MergeValues {
  const { template, recipient, occasion, occasionOn } = said;
  const { locale } = template;
  const occasionCode = occasion?.code ?? template.occasionCode;
  const values: MergeValues = {
    ...emptyValues,
    'person.name': recipient.name,
    'person.salutation': salutationOf(recipient, locale),
    'person.title': recipient.jobTitle ?? '',
    'customer.name': recipient.customerName ?? '',
    'occasion.name': occasion === null ? '' : inLanguage(occasion.labels, locale),
    'occasion.date': dayInWords(occasionOn, locale),
    'sender.name': recipient.senderName ?? '',
    'company.name': companyName,
    today: dayInWords(companyDate(now), locale),
    'survey.url': said.surveyUrl,
    'unsubscribe.url': said.unsubscribeUrl,
  };
  return withPhrases(values, phrases, { occasionCode, locale });
}

/** What occasions are called, by their ids. */
export async function findOccasions(
  manager: EntityManager,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, Occasion>> {
  const known = ids.flatMap((id) => id ?? []).filter(isId);
  if (known.length === 0) return new Map();
  const found = await findByIds(manager, OccasionEntity, { ids: known });
  return new Map(
    found.map(({ id, code, labels }) => [id, { code, labels: labels ?? { zh: code, en: code } }]),
  );
}

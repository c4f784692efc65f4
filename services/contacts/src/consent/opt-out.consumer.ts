import { onMany, type Consumer } from '@crm/kit/event/consumer';
import type { RecordedEvent } from '@crm/kit/event/event';
import { newId } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { insertRecords, newRow } from '@crm/kit/record/record';
import { findByIds } from '@crm/kit/record/store';
import { systemViewer } from '@crm/kit/viewer';
import { OptOutRecorded, type OptOutData } from '@crm/schemas/events/opt-out';
import type { EntityManager } from 'typeorm';
import { currentPeople } from '../merge/merged-people.ts';
import { PersonEntity } from '../person/person.fields.ts';
import { consentsWithdrawn } from './consent.events.ts';
import { ConsentEntity, type Consent } from './consent.fields.ts';

const sources: Readonly<Record<OptOutData['source'], string>> = {
  UNSUBSCRIBED: '点击消息中的退订链接',
  STOP: '回复短信退订',
  COMPLAINT: '向邮件服务商投诉',
};

/** Somebody wants nothing more by a channel: what was agreed to until now is withdrawn. */
export async function withdrawConsents(
  manager: EntityManager,
  events: readonly RecordedEvent<OptOutData>[],
): Promise<void> {
  const work: Work = {
    manager,
    viewer: systemViewer('contacts:opt-out'),
    now: new Date(),
    requestId: newId(),
  };
  const ids = events.map(({ data }) => data.personId);
  const current = await currentPeople(manager, ids);
  const nameOf = (id: string): string => current.get(id) ?? id;
  const people = await findByIds(manager, PersonEntity, { ids: ids.map(nameOf) });
  const known = new Set(people.map(({ id }) => id));
  const consents = events
    .filter(({ data }) => known.has(nameOf(data.personId)))
    .flatMap(({ data }) =>
      data.purposes.map((purpose) =>
        withdrawal(work, { ...data, personId: nameOf(data.personId), purpose }),
      ),
    );
  await insertRecords(work, ConsentEntity, consents);
  await consentsWithdrawn(work, consents);
}

type Withdrawn = Omit<OptOutData, 'purposes'> & { readonly purpose: string };

const withdrawal = (work: Work, { personId, purpose, channel, source, at }: Withdrawn): Consent =>
  newRow(work, ConsentEntity, {
    values: new Map(
      Object.entries({
        personId,
        purpose,
        channel,
        status: 'WITHDRAWN',
        lawfulBasis: 'CONSENT',
        source: sources[source],
        at: new Date(at),
      }),
    ),
    rules: {},
  });

export const optOutConsumer: Consumer = onMany(OptOutRecorded, withdrawConsents);

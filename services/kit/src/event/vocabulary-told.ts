import type { Work } from '../record/command.ts';
import {
  findSavedTerms,
  nameOf,
  type SavedTerm,
  type VocabularyTerm,
} from '../record/vocabulary.ts';
import { idOf } from '../id.ts';
import type { EventType } from './event.ts';
import { record } from './outbox.ts';
import { snapshotEvent, type Snapshot } from './snapshot.ts';

type Type = EventType<VocabularyTerm>;

/** Tells of a term that was saved. */
export const vocabularyTeller =
  (type: Type) =>
  ({ manager, viewer }: Work, saved: SavedTerm): Promise<void> =>
    record(manager, {
      ...told(saved),
      type,
      customerId: null,
      actor: viewer.staffId,
      changedFields: [],
    });

/** A term is known by its vocabulary and code. */
const told = ({ term, version }: SavedTerm) => ({
  aggregateId: idOf(Buffer.from(nameOf(term))),
  version,
  data: term,
});

/** The terms as they are, retired ones too: records may still have them. */
export const vocabularySnapshot = (type: Type): Snapshot => ({
  name: 'VocabularyTerm',
  page: async ({ manager }, afterId, limit) => {
    const all = (await findSavedTerms(manager)).map(told);
    const page = all
      .filter(({ aggregateId }) => aggregateId > afterId)
      .toSorted((one, other) => (one.aggregateId < other.aggregateId ? -1 : 1))
      .slice(0, limit);
    const events = page.map((each) =>
      snapshotEvent({ ...each, type, occurredAt: new Date(), customerId: null }),
    );
    return { events, lastId: page.at(-1)?.aggregateId ?? null };
  },
});

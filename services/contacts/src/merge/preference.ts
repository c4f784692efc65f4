import { idToBytes } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { changesOf } from '@crm/kit/record/difference';
import { writeChange } from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import { preferenceChanged } from '../preference/preference.events.ts';
import { ContactPreferenceEntity } from '../preference/preference.fields.ts';

type Pair = { readonly survivorId: string; readonly mergedId: string };

/**
 * Where both have preferences the survivor's go on, but nobody is addressed who has refused it under
 * either name. It stays refused when the merge is undone: only the person may allow it again.
 */
export async function joinPreferences(work: Work, { survivorId, mergedId }: Pair): Promise<void> {
  const rows = await selectRows(
    work.manager,
    ContactPreferenceEntity,
    sql`WHERE t.personId IN (${[survivorId, mergedId].map(idToBytes)}) AND t.deletedAt IS NULL
      FOR UPDATE`,
  );
  const own = rows.find(({ personId }) => personId === survivorId);
  const other = rows.find(({ personId }) => personId === mergedId);
  if (!own || !other) return;
  const doNotContact = [...new Set([...own.doNotContact, ...other.doNotContact])];
  const values = new Map([['doNotContact', doNotContact]]);
  const changes = changesOf(ContactPreferenceEntity, own, values);
  await preferenceChanged(work, [
    await writeChange(work, ContactPreferenceEntity, { before: own, changes }),
  ]);
}

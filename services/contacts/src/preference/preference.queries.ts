import type { RequestContext } from '@crm/kit/context';
import { idToBytes, isId } from '@crm/kit/id';
import { loaderBy, type Loader } from '@crm/kit/record/loader';
import { scopeSql } from '@crm/kit/record/policy';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import { ContactPreferenceEntity, type ContactPreference } from './preference.fields.ts';

/** The preferences of many people in one statement. */
export const preferenceLoader = ({ app, viewer }: RequestContext): Loader<ContactPreference> =>
  loaderBy(async (personIds) => {
    const entity = ContactPreferenceEntity;
    const scope = scopeSql(viewer, 'read', { entity, alias: 't', now: app.now() });
    const rows = await selectRows(
      app.db.manager,
      entity,
      sql`WHERE t.personId IN (${personIds.filter(isId).map(idToBytes)}) AND t.deletedAt IS NULL
        AND ${scope}`,
    );
    return new Map(rows.map((row) => [row.personId, row]));
  });

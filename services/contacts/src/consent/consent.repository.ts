import { idToBytes } from '@crm/kit/id';
import { selectRows } from '@crm/kit/record/store';
import { sql, type Sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { ConsentEntity, type Consent } from './consent.fields.ts';

type Wanted = {
  readonly personIds: readonly string[];
  /** The state that held at this moment. */
  readonly asOf: Date;
  readonly scope: Sql;
};

/** The latest decision of people for each purpose and channel, in one statement. */
export const findState = (
  manager: EntityManager,
  { personIds, asOf, scope }: Wanted,
): Promise<Consent[]> =>
  selectRows(
    manager,
    ConsentEntity,
    sql`WHERE t.id IN (SELECT latest.id FROM (
        SELECT c.id, ROW_NUMBER() OVER (
          PARTITION BY c.personId, c.purpose, c.channel ORDER BY c.at DESC, c.id DESC) AS place
        FROM consent c WHERE c.personId IN (${personIds.map(idToBytes)}) AND c.at <= ${asOf}
          AND c.deletedAt IS NULL) latest WHERE latest.place = 1)
      AND ${scope} ORDER BY t.purpose, t.channel, t.id`,
  );

import { findAllCustomFields } from '@crm/kit/record/custom-field';
import { selectRows } from '@crm/kit/record/store';
import { raw } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { indicatorFacts } from './indicator-facts.ts';
import type { IndicatorCatalogue } from './indicator-catalogue.ts';
import { IndicatorEntity, type IndicatorRow } from './indicator.fields.ts';
import type { Indicator } from './indicator.ts';
import { subjectEntities } from './subject.ts';

/** A company has some hundreds at most. */
const indicatorsMax = 5000;

/** All that indicators may be made of, as it is now: two statements. */
export async function readCatalogue(manager: EntityManager): Promise<IndicatorCatalogue> {
  const rows = await selectRows(
    manager,
    IndicatorEntity,
    raw(`WHERE t.deletedAt IS NULL ORDER BY t.code LIMIT ${indicatorsMax}`),
  );
  return {
    facts: indicatorFacts,
    subjects: subjectEntities,
    customFields: await findAllCustomFields(manager),
    indicators: new Map(
      rows.flatMap((row) => indicatorOf(row) ?? []).map((each) => [each.code, each]),
    ),
  };
}

/** Null for a row that holds no source. */
function indicatorOf({ labels, source, ...row }: IndicatorRow): Indicator | null {
  const { code, category, subjectType, valueType, unit, isActive } = row;
  if (!labels || !source) return null;
  return { code, labels, category, subjectType, source, valueType, unit, isActive };
}

import type { CustomFields } from '@crm/kit/record/custom-field';
import { customFieldKind, customFieldTarget } from '@crm/kit/record/custom-field-sql';
import { columnNamed, type Column, type Entity } from '@crm/kit/record/entity';
import type { FieldClass, FieldKind } from '@crm/kit/record/field';
import { columnSql } from '@crm/kit/record/store';
import type { Indicator, SubjectType } from './indicator.ts';

/** All that indicators may be made of. */
export type IndicatorCatalogue = {
  /** By kind, as in `FactKind`. */
  readonly facts: Readonly<Record<string, Entity>>;
  readonly subjects: { readonly [Type in SubjectType]?: Entity };
  /** By `Customer.key`. */
  readonly customFields: CustomFields;
  /** Those that there are, by code. */
  readonly indicators: ReadonlyMap<string, Indicator>;
};

const entityOf: Readonly<Record<SubjectType, string>> = {
  COMPETITOR: 'Competitor',
  CUSTOMER: 'Customer',
  PERSON: 'Person',
  STAFF: 'StaffMember',
};

/** The column of a fact that names its subject, or holds the list of them: the first of that kind. */
export const subjectColumn = (fact: Entity, subjectType: SubjectType): Column | undefined =>
  fact.columns.find(
    ({ column, field: { references, names } }) =>
      column !== null && (references ?? names) === entityOf[subjectType],
  );

/** The column that names the customer whose owner the fact is of, where it names no staff itself. */
export function ownedColumn(fact: Entity, subjectType: SubjectType): Column | undefined {
  if (subjectType !== 'STAFF' || subjectColumn(fact, 'STAFF')) return undefined;
  return subjectColumn(fact, 'CUSTOMER');
}

export const tellsOf = (fact: Entity, subjectType: SubjectType): boolean =>
  Boolean(subjectColumn(fact, subjectType) ?? ownedColumn(fact, subjectType));

const stampNames: readonly string[] = ['createdAt', 'updatedAt', 'deletedAt'];

const isDated = ({ field: { kind } }: Column): boolean => kind === 'date' || kind === 'dateTime';

/** The date that a fact is dated by: the one named, or its first that is no stamp. */
export function dateColumn(fact: Entity, on?: string): Column | undefined {
  const column = on
    ? columnNamed(fact, on)
    : fact.columns.find((each) => isDated(each) && !stampNames.includes(each.name));
  return column && isDated(column) ? column : undefined;
}

/** A field of a fact or of a subject, as SQL finds it. */
export type UsedField = {
  readonly name: string;
  readonly kind: FieldKind;
  readonly class: FieldClass;
  /** Null for a field that the company defined. */
  readonly column: Column | null;
  /** Beside an amount: unlike ones are never added. */
  readonly currency: Column | null;
  /** Places after the point. */
  readonly scale: number;
  /** Its value in the row `alias`. */
  readonly target: (alias: string) => string;
};

/** Null when there is none of this name. An amount may be named without its member. */
export function fieldNamed(
  entity: Entity,
  name: string,
  customFields: CustomFields,
): UsedField | null {
  if (name.startsWith('custom.')) return customNamed(entity, name, customFields);
  const column = columnNamed(entity, `${name}.amount`) ?? columnNamed(entity, name);
  if (!column) return null;
  const { kind, class: fieldClass = 'INTERNAL' } = column.field;
  const currency = column.name.endsWith('.amount')
    ? columnNamed(entity, column.name.replace(/amount$/, 'currency'))
    : undefined;
  return {
    name: column.name,
    kind,
    class: fieldClass,
    column,
    currency: currency ?? null,
    scale: column.field.scale ?? 0,
    target: (alias) => columnSql(column, alias),
  };
}

/** One that was retired is as good as none. */
function customNamed(entity: Entity, name: string, customFields: CustomFields): UsedField | null {
  const field = customFields.get(`${entity.name}.${name.slice('custom.'.length)}`);
  if (!field?.active) return null;
  const kind = field.type === 'BOOLEAN' ? 'boolean' : customFieldKind[field.type];
  return {
    name,
    kind,
    class: field.class,
    column: null,
    currency: null,
    scale: 0,
    target: (alias) => customFieldTarget(field, alias),
  };
}

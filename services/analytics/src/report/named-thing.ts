import type { FieldClass, Labels } from '@crm/kit/record/field';

export type NamedKind = 'MODEL' | 'PYRAMID' | 'SEGMENT';

/** A model, a pyramid or a segment of customers, whose codes are part of the names of fields. */
export type NamedThing = {
  readonly kind: NamedKind;
  readonly code: string;
  /** As SQL writes it: the number of a model, the bytes of the others. */
  readonly ref: string;
  /** Of all that it is made of. */
  readonly class: FieldClass;
  readonly labels: Labels;
  /** Its grades or tiers. */
  readonly values: Readonly<Record<string, Labels>>;
  /** The last snapshot of a pyramid that was finished. */
  readonly seq: number | null;
};

export type NamedThings = ReadonlyMap<string, NamedThing>;

export const thingKey = (kind: NamedKind, code: string): string => `${kind} ${code}`;

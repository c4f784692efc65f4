import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

type Random = () => number;

/** The same numbers for the same seed, between 0 and 1. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Making = { readonly schema: GraphQLSchema; readonly random: Random };

/** A valid query of random fields, aliases, fragments and conditions on `$on` and `$off`. */
export function randomOperation(schema: GraphQLSchema, random: Random): string {
  const query = schema.getQueryType();
  if (!query) throw new Error('no query type');
  const body = selection({ schema, random }, query, 0);
  return `query Random($on: Boolean! = true, $off: Boolean! = false, $id: ID! = "1") { used: __typename @include(if: $on) @skip(if: $off) idUsed: product(id: $id) { id } ${body} }`;
}

function selection(making: Making, type: GraphQLCompositeType, depth: number): string {
  const { random, schema } = making;
  const isLikely = depth === 0 ? 0.25 : 0.5;
  const fields = fieldsOf(type).flatMap((field) => [
    random() < isLikely ? fieldText(making, field, depth) : '',
    random() < 0.08 ? fieldText(making, field, depth) : '',
  ]);
  const objects = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  const narrower = objects.map((object) =>
    random() < 0.7 ? fragmentText(making, { on: object, depth }) : '',
  );
  const same =
    isObjectType(type) && random() < 0.2 ? fragmentText(making, { on: type, depth }) : '';
  return ['__typename', ...fields, ...narrower, same].join(' ');
}

function fragmentText(
  making: Making,
  { on, depth }: { readonly on: GraphQLObjectType; readonly depth: number },
): string {
  const inner = selection(making, on, depth + 1);
  return `... on ${on.name} ${condition(making.random)} { ${inner} }`;
}

const fieldsOf = (type: GraphQLCompositeType): readonly GraphQLField<unknown, unknown>[] =>
  'getFields' in type ? Object.values(type.getFields()) : [];

function fieldText(making: Making, field: GraphQLField<unknown, unknown>, depth: number): string {
  const { random } = making;
  const named = getNamedType(field.type);
  if (isCompositeType(named) && depth >= 4) return '';
  const inner = isCompositeType(named) ? `{ ${selection(making, named, depth + 1)} }` : '';
  const given = argumentsText(field, random);
  // The alias depends on the arguments, so that fields with the same key can be merged.
  const alias = given.key || random() < 0.15 ? `${field.name}${given.key}Alias: ` : '';
  return `${alias}${field.name}${given.text} ${condition(random)} ${inner}`;
}

function argumentsText(
  { args }: GraphQLField<unknown, unknown>,
  random: Random,
): { readonly key: string; readonly text: string } {
  const first = args[0];
  if (!first) return { key: '', text: '' };
  if (first.name === 'id') {
    const id = ['1', '2', 'u1', 'none'][Math.floor(random() * 4)] ?? '1';
    return { key: id, text: `(id: "${id}")` };
  }
  if (first.name === 'first') {
    const count = 1 + Math.floor(random() * 4);
    return { key: String(count), text: `(first: ${count})` };
  }
  return random() < 0.5 ? { key: 'Upper', text: '(upper: true)' } : { key: '', text: '' };
}

function condition(random: Random): string {
  const dice = random();
  if (dice < 0.06) return '@include(if: $on)';
  if (dice < 0.12) return '@include(if: $off)';
  if (dice < 0.16) return '@skip(if: $off)';
  if (dice < 0.18) return '@skip(if: $on)';
  return '';
}

/** Custom field values as no client should send them. */
export type Attack = {
  readonly what: string;
  /** The JSON of `customFields`, as text: much of this is what no writer of JSON would make. */
  readonly customFields: string;
  /** Whether it is the form of the JSON that is hostile, which no service is ever asked with. */
  readonly isForm?: boolean;
};

const field = (value: string, key = 'x7Text'): string =>
  `[{"key":${JSON.stringify(key)},"value":${value}}]`;

const nested = (open: string, close: string, depth: number): string =>
  open.repeat(depth) + '1' + close.repeat(depth);

const many = (count: number, each: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => each(at)).join(',');

/** Keys that mean something to JSON paths, to SQL, to JavaScript or to a file system. */
const keys: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  'a.b',
  '$.x7Text',
  'x7Text[0]',
  'x7Text"]',
  "x7Text'; DROP TABLE customer; --",
  '`x7Text`',
  '../../etc/passwd',
  'x7Text\0',
  'x7Text\n',
  'ｘ７Ｔｅｘｔ',
  '',
  'k'.repeat(100_000),
];

export const attacks: readonly Attack[] = [
  { what: 'a text of 1 MB', customFields: field(`"${'x'.repeat(1_000_000)}"`), isForm: true },
  {
    what: 'a text that alone is longer than a request',
    customFields: field(`"${'x'.repeat(2e6)}"`),
    isForm: true,
  },
  {
    what: 'a text of 1 MB in 4-byte characters',
    customFields: field(`"${'𠮷'.repeat(250_000)}"`),
    isForm: true,
  },
  { what: 'a text of 150,000 characters', customFields: field(`"${'x'.repeat(150_000)}"`) },
  {
    what: '10,000 keys',
    customFields: `[${many(10_000, (at) => `{"key":"k${at}","value":1}`)}]`,
    isForm: true,
  },
  { what: '201 keys', customFields: `[${many(201, (at) => `{"key":"k${at}","value":1}`)}]` },
  {
    what: 'an object of 10,000 keys',
    customFields: field(`{${many(10_000, (at) => `"k${at}":1`)}}`),
    isForm: true,
  },
  {
    what: 'a list of 100,000 values',
    customFields: field(`[${many(100_000, () => '1')}]`),
    isForm: true,
  },
  { what: 'lists nested 1,000 deep', customFields: field(nested('[', ']', 1000)), isForm: true },
  {
    what: 'objects nested 1,000 deep',
    customFields: field(nested('{"a":', '}', 1000)),
    isForm: true,
  },
  {
    what: 'lists nested 200,000 deep',
    customFields: field(nested('[', ']', 200_000)),
    isForm: true,
  },
  { what: 'lists nested 20 deep', customFields: field(nested('[', ']', 20)) },
  { what: 'a value with __proto__', customFields: field('{"__proto__":{"roles":["admin"]}}') },
  {
    what: '__proto__ beside the key',
    customFields: '[{"key":"x7Text","value":"a","__proto__":{"key":"x7Number"}}]',
  },
  {
    what: 'a key named twice',
    customFields: '[{"key":"x7Text","value":"a"},{"key":"x7Text","value":"b"}]',
  },
  {
    what: 'one name twice in an object',
    customFields: '[{"key":"x7Text","value":"a","value":"b"}]',
    isForm: true,
  },
  { what: 'NaN', customFields: field('NaN', 'x7Number') },
  { what: 'NaN as a text', customFields: field('"NaN"', 'x7Number') },
  { what: 'Infinity', customFields: field('-Infinity', 'x7Number') },
  { what: 'a number beyond all bounds', customFields: field('1e999', 'x7Number'), isForm: true },
  {
    what: 'a number of a million digits',
    customFields: field('9'.repeat(1_000_000), 'x7Number'),
    isForm: true,
  },
  { what: '1e300', customFields: field('1e300', 'x7Number') },
  {
    what: 'a number that no double holds',
    customFields: field('12345678901234567890', 'x7Number'),
  },
  { what: 'more digits than are kept', customFields: field('0.12345678901', 'x7Number') },
  { what: 'an object for a number', customFields: field('{"valueOf":1}', 'x7Number') },
  { what: 'a text that is no JSON', customFields: field('"\\ud800\\u0000') },
  { what: 'half a character', customFields: field('"\\ud800"') },
  { what: 'a NUL', customFields: field('"a\\u0000b"') },
  ...keys.map((key) => ({
    what: `the key ${JSON.stringify(key.slice(0, 40))}`,
    customFields: field('"a"', key),
  })),
];

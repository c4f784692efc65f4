import { describe, expect, test } from '@jest/globals';
import { breakingChanges } from './sdl-changes.ts';

const before = `
  type Query { customer(id: ID!): Customer }
  type Customer { id: ID!, name: String!, nickname: String @deprecated(reason: "Use name.") }
`;

const changed = (from: string, to: string): string => before.replace(from, to);

describe('a change of the schema', () => {
  test('that removes a field breaks', async () => {
    const problems = await breakingChanges(before, changed('name: String!,', ''));
    expect(problems).toEqual([expect.stringContaining('name')]);
  });

  test('that makes an argument required breaks', async () => {
    const after = changed('id: ID!)', 'id: ID!, at: String!)');
    expect(await breakingChanges(before, after)).toHaveLength(1);
  });

  test('that makes a field nullable breaks', async () => {
    expect(await breakingChanges(before, changed('name: String!', 'name: String'))).toHaveLength(1);
  });

  test('that adds a field breaks nothing', async () => {
    const after = changed('id: ID!, name', 'id: ID!, code: String!, name');
    expect(await breakingChanges(before, after)).toEqual([]);
  });

  test('that removes a deprecated field breaks nothing', async () => {
    const after = changed(', nickname: String @deprecated(reason: "Use name.")', '');
    expect(await breakingChanges(before, after)).toEqual([]);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readMapping } from './mapping.ts';
import { readGraph } from './input-type.ts';
import { planImport } from './plan.ts';
import { type ImportRecord, readRecords } from './records.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'guanxi-import-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const lineFields = { quantity: 'qty', unitPrice: 'price', discount: 'off' };

async function recordsOf(mapping: object): Promise<ImportRecord[]> {
  const mappingFile = write('mapping.json', JSON.stringify(mapping));
  const plan = await planImport(readGraph(), {
    name: 'order',
    path: join(folder, 'orders.csv'),
    mappingFile,
    mapping: readMapping(mappingFile),
  });
  const records: ImportRecord[] = [];
  for await (const record of readRecords(plan)) records.push(record);
  return records;
}

const fields = {
  source: { value: 'shop' },
  externalRef: 'id',
  customerId: { column: 'customer', lookup: 'customer' },
  orderedOn: 'day',
};

describe('rows that make one record', () => {
  test('come from another file in any order, and those without a record are told', async () => {
    write('orders.csv', 'id,customer,day\n1,A,2026-01-02\n2,B,2026-01-03\n');
    write('lines.csv', 'order,qty,price,off\n2,1,5,0\n9,1,1,0\n1,2,9.99,0.15\n1,3,1,0\n');
    const details = { into: 'lines', by: { main: 'id', file: 'order' }, file: 'lines.csv' };
    const records = await recordsOf({ fields, details: { ...details, fields: lineFields } });

    expect(records.map(({ input }) => input['lines'])).toEqual([
      [
        { quantity: '2', unitPrice: '9.99', discount: '0.15' },
        { quantity: '3', unitPrice: '1', discount: '0' },
      ],
      [{ quantity: '1', unitPrice: '5', discount: '0' }],
      undefined,
    ]);
    expect(records[2]?.problems).toMatchObject([
      { file: 'lines.csv', line: 3, column: 'order', value: '9' },
    ]);
  });

  test('follow each other in one file, and a wrong one is told by its own line', async () => {
    write(
      'orders.csv',
      'id,customer,day,qty,price,off\n1,A,2026-01-02,2,5,0\n1,A,2026-01-02,x,6,\n',
    );
    const [record, ...others] = await recordsOf({
      fields,
      details: { into: 'lines', by: 'id', fields: lineFields },
    });
    expect(others).toEqual([]);
    expect(record?.problems).toMatchObject([
      { line: 3, column: 'qty', field: 'lines.1.quantity', value: 'x', message: 'is no number' },
    ]);
  });
});

describe('a mapping that does not fit', () => {
  test('is refused with everything that is wrong', async () => {
    write('orders.csv', 'id\n1\n');
    const attempt = recordsOf({ fields: { externalRef: 'nr', colour: 'id', amount: 'id' } });
    await expect(attempt).rejects.toThrow(/has no column "nr"; it has id/);
    await expect(attempt).rejects.toThrow(/"colour" is unknown; RecordOrderInput has .*customerId/);
    await expect(attempt).rejects.toThrow(/source and externalRef must be mapped/);
  });
});

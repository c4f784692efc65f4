import { z } from 'zod';
import { createGraphClient } from '../graph-client.ts';
const n = Number(process.argv[2] ?? 10000), par = Number(process.argv[3] ?? 2), size = Number(process.argv[4] ?? 500);
const tag = Date.now().toString(36);
const c = createGraphClient({ url: 'http://127.0.0.1:5900/graphql', token: process.env['TOKEN'] ?? '', onWait: (r) => console.error('wait', r) });
const doc = `mutation ($input: UpsertCustomersInput!) { result: upsertCustomers(input: $input) { created updated unchanged refused rows { id outcome problems { path message } } } }`;
const odoc = doc.replaceAll('UpsertCustomers', 'UpsertOrders').replaceAll('upsertCustomers', 'upsertOrders');
const data = z.object({ result: z.object({ created: z.number(), refused: z.number(), rows: z.array(z.object({ id: z.string().nullable(), outcome: z.string(), problems: z.array(z.unknown()) })) }) });
const ids: string[] = [];
async function run(label: string, total: number, make: (i: number) => object, d: string) {
  const t = performance.now(); let at = 0;
  await Promise.all(Array.from({ length: par }, async () => {
    while (at < total) {
      const from = at; at += size;
      const rows = Array.from({ length: Math.min(size, total - from) }, (_, k) => make(from + k));
      const r = await c.execute({ document: d, data }, { input: { rows, clientMutationId: c.idOf(label + from) } });
      if (r.result.refused) console.log(JSON.stringify(r.result.rows.find((x) => x.outcome === 'REFUSED')));
      if (label === 'customers') for (const x of r.result.rows) if (x.id) ids.push(x.id);
    }
  }));
  const s = (performance.now() - t) / 1000;
  console.log(label, total, s.toFixed(1) + ' s', (total / s).toFixed(0) + '/s');
}
await run('customers', n, (i) => ({ code: `${tag}-${i}`, name: `上海恒泰机械${i}有限公司`, shortName: `恒泰${i}`, address: { country: 'CN', province: '上海市', city: '上海市', district: '浦东新区', street: `张江路${i}号`, postalCode: '201203' }, phone: '021-5555-1234', website: 'www.example.com', email: 'a@example.com', industry: null, legalForm: 'LIMITED_COMPANY', headcount: { male: 30, female: 20, total: 51 }, establishedOn: '2001-05-06', tags: ['a'], source: 'seed' }), doc);
await run('orders', n * 3, (i) => ({ customerId: ids[i % ids.length], number: `N${tag}${i}`, orderedOn: '2026-05-06', status: 'COMPLETED', currency: 'CNY', source: 'seed', externalRef: `${tag}-${i}`, lines: [{ description: 'Bearing 6204', quantity: '10', unitPrice: '12.50', discount: '0.05', cost: '8.0' }, { description: 'Bearing 6205', quantity: '5', unitPrice: '22.50' }] }), odoc);
await c.close();

import { subgraphSchema } from '@crm/kit/server/subgraph';
import { parse, type GraphQLSchema } from 'graphql';

export const alertsSdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { openAlerts(first: Int): [Alert!] }
  type Alert { id: ID! text: String! customer: Customer! }
  type Customer @key(fields: "id") { id: ID! alerts(first: Int): [Alert!] mood: String }
`;

export const alertsSchema = (): GraphQLSchema =>
  subgraphSchema(parse(alertsSdl), {
    Query: { openAlerts: () => [{ id: 'a', text: 'Call', customer: { id: '1' } }] },
    Customer: {
      __resolveReference: ({ id }: { id: string }) => ({
        id,
        mood: 'good',
        alerts: [{ id: `a-${id}`, text: 'Call', customer: { id } }],
      }),
    },
  });

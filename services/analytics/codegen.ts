import { generate } from '@crm/tools/codegen';

await generate({
  subgraph: 'analytics',
  out: 'src/generated',
  models: {
    Customer: 'customer/customer.ts#CustomerKey',
    TransactionSummary: 'summary/summary.ts#TransactionSummary',
    CurrencySummary: 'summary/summary.ts#CurrencySummary',
    CustomerReportRow: 'report/report.fields.ts#ReportRow',
    Segment: 'segment/segment.fields.ts#Segment',
    SegmentMembership: 'segment/segment.queries.ts#Membership',
  },
});

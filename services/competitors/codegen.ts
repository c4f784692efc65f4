import { generate } from '@crm/tools/codegen';

await generate({
  subgraph: 'competitors',
  out: 'src/generated',
  models: {
    Competitor: 'competitor/competitor.fields.ts#Competitor',
    CompetitorProduct: 'product/product.fields.ts#CompetitorProduct',
    OpportunityCompetitor:
      'opportunity-competitor/opportunity-competitor.fields.ts#OpportunityCompetitor',
    CompetitivePresence: 'presence/presence.ts#CompetitivePresence',
    Customer: '@crm/kit/record/reference#Reference',
    Opportunity: '@crm/kit/record/reference#Reference',
    Person: '@crm/kit/record/reference#Reference',
    Product: '@crm/kit/record/reference#Reference',
    StaffMember: '@crm/kit/record/reference#Reference',
  },
});

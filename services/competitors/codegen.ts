import { generate } from '@crm/tools/codegen';

await generate({
  subgraph: 'competitors',
  out: 'src/generated',
  models: {
    Competitor: 'competitor/competitor.fields.ts#Competitor',
    CompetitorProduct: 'product/product.fields.ts#CompetitorProduct',
    Product: '@crm/kit/record/reference#Reference',
    StaffMember: '@crm/kit/record/reference#Reference',
  },
});

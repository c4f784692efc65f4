import { generate } from '@crm/tools/codegen';

await generate({
  subgraph: 'competitors',
  out: 'src/generated',
  models: {
    Competitor: 'competitor/competitor.fields.ts#Competitor',
    CompetitorProduct: 'product/product.fields.ts#CompetitorProduct',
    OpportunityCompetitor:
      'opportunity-competitor/opportunity-competitor.fields.ts#OpportunityCompetitor',
    BattleCard: 'battle-card/battle-card.ts#BattleCard',
    Channel: 'channel/channel.ts#Channel',
    ChannelPage: 'channel/channel.queries.ts#ChannelPage',
    ChannelCompetitor: 'channel/channel.ts#ChannelCompetitor',
    CompetitiveLandscape: 'landscape/landscape.queries.ts#CompetitiveLandscape',
    LandscapeCompetitor: 'landscape/landscape.queries.ts#MetCompetitor',
    CompetitorActivity: 'activity/activity.fields.ts#CompetitorActivity',
    CompetitorFollow: 'follow/follow.fields.ts#CompetitorFollow',
    CompetitorProductPrice: 'price/price.fields.ts#CompetitorProductPrice',
    CompetitorStats: 'stats/stats.ts#CompetitorStats',
    Countermeasure: 'countermeasure/countermeasure.fields.ts#Countermeasure',
    IntelligenceItem: 'intelligence/intelligence.fields.ts#IntelligenceItem',
    ProductComparison: 'comparison/comparison.fields.ts#ProductComparison',
    WinLossReason: 'review/review.queries.ts#ReasonCount',
    WinLossReview: 'review/review.fields.ts#WinLossReview',
    CompetitivePresence: 'presence/presence.ts#CompetitivePresence',
    Customer: '@crm/kit/record/reference#Reference',
    Opportunity: '@crm/kit/record/reference#Reference',
    Person: '@crm/kit/record/reference#Reference',
    Product: '@crm/kit/record/reference#Reference',
    StaffMember: '@crm/kit/record/reference#Reference',
  },
});

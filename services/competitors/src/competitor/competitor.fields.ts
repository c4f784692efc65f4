import { addressFields } from '@crm/kit/record/address';
import { defineEntity } from '@crm/kit/record/entity';
import {
  choice,
  date,
  decimal,
  group,
  id,
  int,
  list,
  money,
  term,
  text,
} from '@crm/kit/record/field';
import { CompetitorFollowEntity } from '../follow/follow.fields.ts';
import { CompetitorProductEntity } from '../product/product.fields.ts';

const open = { class: 'PUBLIC' } as const;

const swotFields = {
  strengths: text({ max: 4000, label: { zh: '优势', en: 'Strengths' } }),
  weaknesses: text({ max: 4000, label: { zh: '劣势', en: 'Weaknesses' } }),
  opportunities: text({ max: 4000, label: { zh: '机会', en: 'Opportunities' } }),
  threats: text({ max: 4000, label: { zh: '威胁', en: 'Threats' } }),
} as const;

export const CompetitorEntity = defineEntity('Competitor', {
  fields: {
    code: text({ max: 64, required: true, label: { zh: '编号', en: 'Code' }, ...open }),
    name: text({ max: 200, required: true, label: { zh: '对手名称', en: 'Name' }, ...open }),
    shortName: text({ max: 100, label: { zh: '简称', en: 'Short name' }, ...open }),
    category: term({
      vocabulary: 'competitor_category',
      label: { zh: '对手类别', en: 'Category' },
    }),
    threatLevel: choice(
      {
        HIGH: { zh: '高', en: 'High' },
        MEDIUM: { zh: '中', en: 'Medium' },
        LOW: { zh: '低', en: 'Low' },
      },
      { label: { zh: '威胁程度', en: 'Threat level' } },
    ),
    legalForm: text({ max: 100, label: { zh: '公司类型', en: 'Legal form' }, ...open }),
    scale: term({ vocabulary: 'competitor_scale', label: { zh: '规模', en: 'Scale' } }),
    foundedOn: date({ label: { zh: '成立日期', en: 'Founded on' }, ...open }),
    region: text({ max: 100, label: { zh: '区域', en: 'Region' }, ...open }),
    address: group({ zh: '地址', en: 'Address' }, addressFields('PUBLIC')),
    website: text({ max: 255, label: { zh: '网址', en: 'Website' }, ...open }),
    registeredCapital: money({ zh: '注册资金', en: 'Registered capital' }),
    annualRevenue: money({ zh: '年营业额', en: 'Annual revenue' }),
    employees: int({ label: { zh: '员工人数', en: 'Employees' } }),
    marketShare: decimal({ scale: 2, label: { zh: '市场份额', en: 'Market share' } }),
    overview: text({ max: 4000, label: { zh: '公司简介', en: 'Overview' } }),
    businessDirection: text({ max: 4000, label: { zh: '业务方向', en: 'Business direction' } }),
    flagshipProducts: list({ max: 20, label: { zh: '主打产品', en: 'Flagship products' } }),
    swot: group({ zh: '优劣势分析', en: 'SWOT' }, swotFields),
    ourStrategy: text({
      max: 4000,
      class: 'CONFIDENTIAL',
      label: { zh: '我方策略', en: 'Our strategy' },
    }),
    competitiveStrength: term({
      vocabulary: 'competitor_strength',
      label: { zh: '竞争实力', en: 'Competitive strength' },
    }),
    contactIds: list({ max: 50, names: 'Person', label: { zh: '联系人', en: 'Contacts' } }),
    linkedCustomerId: id({
      names: 'Customer',
      label: { zh: '对应客户', en: 'Linked customer' },
    }),
    searchText: text({
      max: 1000,
      managed: true,
      internal: true,
      label: { zh: '检索文本', en: 'Search text' },
    }),
  },
  access: { by: 'company', writers: 'staff' },
  relations: {
    products: { to: () => CompetitorProductEntity, from: 'id', foreign: 'competitorId' },
    follows: { to: () => CompetitorFollowEntity, from: 'id', foreign: 'competitorId' },
  },
});

export type Competitor = NonNullable<typeof CompetitorEntity.row>;

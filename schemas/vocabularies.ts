/**
 * The terms of customers that a new company starts with; it may add, rename and retire them as it likes.
 * Whoever keeps terms of customers begins with the same, and hears of changes by events.
 * Migrations are made of it, so it never changes: a further term is a migration of its own.
 */
export const customerTerms: readonly (readonly [
  vocabulary: string,
  code: string,
  zh: string,
  en: string,
])[] = [
  ['customer_level', 'STRATEGIC', '战略客户', 'Strategic'],
  ['customer_level', 'KEY', '重点客户', 'Key'],
  ['customer_level', 'REGULAR', '一般客户', 'Regular'],
  ['customer_level', 'SMALL', '小客户', 'Small'],
  ['lifecycle_stage', 'POTENTIAL', '潜在客户', 'Potential'],
  ['lifecycle_stage', 'TRADING', '交易客户', 'Trading'],
  ['lifecycle_stage', 'DORMANT', '沉睡客户', 'Dormant'],
  ['lifecycle_stage', 'NO_NEED', '无需客户', 'No need'],
  ['designation', 'STRATEGIC', '战略客户', 'Strategic'],
  ['designation', 'KEY', '重点客户', 'Key'],
  ['designation', 'GROWTH', '成长客户', 'Growth'],
  ['customer_category', 'MANUFACTURER', '生产企业', 'Manufacturer'],
  ['customer_category', 'RETAILER', '零售商', 'Retailer'],
  ['customer_category', 'WHOLESALER', '批发商', 'Wholesaler'],
  ['customer_category', 'SERVICE', '服务企业', 'Service company'],
  ['customer_category', 'PUBLIC', '政府与事业单位', 'Public body'],
  // The sections of GB/T 4754.
  ['industry', 'A', '农、林、牧、渔业', 'Agriculture, forestry, animal husbandry and fishery'],
  ['industry', 'B', '采矿业', 'Mining'],
  ['industry', 'C', '制造业', 'Manufacturing'],
  ['industry', 'D', '电力、热力、燃气及水生产和供应业', 'Electricity, heat, gas and water'],
  ['industry', 'E', '建筑业', 'Construction'],
  ['industry', 'F', '批发和零售业', 'Wholesale and retail'],
  ['industry', 'G', '交通运输、仓储和邮政业', 'Transport, storage and post'],
  ['industry', 'H', '住宿和餐饮业', 'Accommodation and catering'],
  ['industry', 'I', '信息传输、软件和信息技术服务业', 'Information and software'],
  ['industry', 'J', '金融业', 'Finance'],
  ['industry', 'K', '房地产业', 'Real estate'],
  ['industry', 'L', '租赁和商务服务业', 'Leasing and business services'],
  ['industry', 'M', '科学研究和技术服务业', 'Research and technical services'],
  ['industry', 'N', '水利、环境和公共设施管理业', 'Water, environment and public facilities'],
  ['industry', 'O', '居民服务、修理和其他服务业', 'Household services and repair'],
  ['industry', 'P', '教育', 'Education'],
  ['industry', 'Q', '卫生和社会工作', 'Health and social work'],
  ['industry', 'R', '文化、体育和娱乐业', 'Culture, sports and entertainment'],
  ['industry', 'S', '公共管理、社会保障和社会组织', 'Public administration'],
  ['industry', 'T', '国际组织', 'International organisations'],
];

import { migration } from '@crm/kit/database/migration';
import { seedModelSql, type ModelSeed } from './evaluation-model-seed.ts';

const value: ModelSeed = {
  code: 'customer_value',
  kind: 'VALUE',
  subjectType: 'CUSTOMER',
  labels: { zh: '客户价值', en: 'Customer value' },
  minCoverage: 0.5,
  class: 'INTERNAL',
  isDesignating: true,
  categories: [
    [
      '交易',
      'Transactions',
      40,
      [
        ['order_amount_total', 3, 10, 'PERCENTILE'],
        ['order_amount_this_year', 4, 10, 'PERCENTILE'],
        [
          'order_count_365d',
          3,
          10,
          {
            bands: [
              [0, 0],
              [1, 2],
              [4, 5],
              [12, 8],
              [24, 10],
            ],
          },
        ],
      ],
    ],
    [
      '财务',
      'Finance',
      30,
      [
        ['payment_amount_total', 3, 10, 'PERCENTILE'],
        ['payment_amount_this_year', 4, 10, 'PERCENTILE'],
        ['receivable_overdue_ratio', 3, 10, { linear: [0.5, 0] }],
      ],
    ],
    [
      '特征',
      'Attributes',
      15,
      [
        [
          'legal_form',
          1,
          5,
          {
            map: {
              JOINT_STOCK_COMPANY: 5,
              LIMITED_COMPANY: 4,
              LIMITED_LIABILITY_COMPANY: 4,
              JOINT_VENTURE: 4,
              SOLE_PROPRIETORSHIP: 2,
            },
          },
        ],
        ['custom.annual_capacity', 1, 10, 'PERCENTILE', 'SKIP'],
      ],
    ],
    [
      '联络',
      'Engagement',
      15,
      [
        [
          'visit_count_180d',
          1,
          10,
          {
            bands: [
              [0, 0],
              [1, 3],
              [3, 6],
              [6, 10],
            ],
          },
        ],
        ['visits_per_month_365d', 1, 10, { linear: [0, 2] }],
      ],
    ],
  ],
  grades: [
    [85, 'STRATEGIC', '战略客户', 'Strategic'],
    [70, 'KEY', '重点客户', 'Key'],
    [50, 'REGULAR', '一般客户', 'Regular'],
    [0, 'SMALL', '小客户', 'Small'],
  ],
};

const credit: ModelSeed = {
  code: 'customer_credit',
  kind: 'CREDIT',
  subjectType: 'CUSTOMER',
  labels: { zh: '客户信用', en: 'Customer credit' },
  minCoverage: 0.4,
  class: 'CONFIDENTIAL',
  categories: [
    [
      '付款',
      'Payments',
      60,
      [
        ['receivable_overdue_ratio', 4, 10, { linear: [0.5, 0] }, 'SKIP'],
        ['overdue_balance', 3, 10, { linear: [100_000, 0] }],
        ['days_since_last_payment', 2, 10, { linear: [365, 30] }],
        ['payment_amount_total', 2, 10, 'PERCENTILE'],
      ],
    ],
    [
      '交易',
      'Transactions',
      25,
      [
        ['order_months_365d', 1, 10, { linear: [0, 12] }],
        ['days_since_first_order', 1, 10, { linear: [0, 1095] }],
      ],
    ],
    ['特征', 'Attributes', 15, [['years_established', 1, 10, { linear: [0, 10] }, 'SKIP']]],
  ],
  grades: [
    [85, 'A', 'A 级', 'A', 3],
    [70, 'B', 'B 级', 'B', 2],
    [55, 'C', 'C 级', 'C', 1],
    [40, 'D', 'D 级', 'D', 0.5],
    [0, 'E', 'E 级', 'E', 0],
  ],
};

const loyalty: ModelSeed['grades'] = [
  [75, 'LOYAL', '忠诚', 'Loyal'],
  [55, 'STEADY', '稳定', 'Steady'],
  [35, 'WAVERING', '动摇', 'Wavering'],
  [0, 'AT_RISK', '流失风险', 'At risk'],
];

const customerLoyalty: ModelSeed = {
  code: 'customer_loyalty',
  kind: 'LOYALTY',
  subjectType: 'CUSTOMER',
  labels: { zh: '客户忠诚度', en: 'Customer loyalty' },
  minCoverage: 0.5,
  class: 'INTERNAL',
  categories: [
    [
      '交易',
      'Transactions',
      80,
      [
        ['days_since_first_order', 2, 10, { linear: [0, 1825] }],
        ['days_since_last_order', 4, 10, { linear: [365, 30] }],
        ['orders_per_month_365d', 3, 10, { linear: [0, 2] }],
        ['repeat_order_rate', 2, 10, { linear: [0, 0.9] }],
        ['order_months_365d', 2, 10, { linear: [0, 12] }],
        ['order_amount_growth', 2, 10, { linear: [-0.5, 0.5] }, 'SKIP'],
      ],
    ],
    ['付款', 'Payments', 20, [['receivable_overdue_ratio', 1, 10, { linear: [0.5, 0] }, 'SKIP']]],
  ],
  grades: loyalty,
};

const closeness: ModelSeed = {
  code: 'contact_closeness',
  kind: 'CLOSENESS',
  subjectType: 'PERSON',
  labels: { zh: '联系人亲密度', en: 'Closeness of a contact' },
  minCoverage: 0.5,
  class: 'INTERNAL',
  categories: [
    [
      '联络',
      'Engagement',
      100,
      [
        ['person_interactions_90d', 3, 10, { linear: [0, 6] }],
        ['person_days_since_last_interaction', 3, 10, { linear: [180, 7] }],
        ['person_two_way_ratio', 2, 10, { linear: [0, 0.5] }],
        ['person_visit_share', 2, 10, { linear: [0, 0.5] }],
      ],
    ],
  ],
  grades: [
    [75, 'CLOSE', '亲密', 'Close'],
    [50, 'FAMILIAR', '熟悉', 'Familiar'],
    [25, 'ACQUAINTED', '认识', 'Acquainted'],
    [0, 'COLD', '疏远', 'Cold'],
  ],
};

const contactLoyalty: ModelSeed = {
  code: 'contact_loyalty',
  kind: 'LOYALTY',
  subjectType: 'PERSON',
  labels: { zh: '联系人忠诚度', en: 'Loyalty of a contact' },
  minCoverage: 0.5,
  class: 'INTERNAL',
  categories: [
    [
      '联络',
      'Engagement',
      100,
      [
        ['person_days_known', 3, 10, { linear: [0, 1825] }],
        ['person_interaction_count_365d', 2, 10, { linear: [0, 12] }],
        ['person_inbound_count_365d', 2, 10, { linear: [0, 6] }],
        ['person_days_since_last_interaction', 3, 10, { linear: [365, 30] }],
      ],
    ],
  ],
  grades: loyalty,
};

const models = [value, credit, customerLoyalty, closeness, contactLoyalty];

/** The models that the product begins with. */
export const seedEvaluationModels = migration('SeedEvaluationModels_1796055000000', {
  up: models.flatMap(seedModelSql),
  down: ['DELETE FROM evaluationModelVersion', 'DELETE FROM evaluationModel'],
});

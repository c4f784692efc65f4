import { migration } from '@crm/kit/database/migration';
import {
  aggregate,
  count,
  days,
  of,
  seedIndicatorsSql,
  unseedIndicatorsSql,
  type IndicatorSeed,
} from './indicator-seed.ts';

const year = days(365);
const average = (field: string): object =>
  aggregate('SURVEY_RESPONSE', 'AVG', { window: year, field });

const seedsOf = (prefix: string): Omit<IndicatorSeed, 'category' | 'subjectType'>[] => [
  {
    code: `${prefix}satisfaction_score`,
    zh: '近365天满意度得分',
    en: 'Satisfaction in 365 days, from 0 to 100',
    source: average('score'),
  },
  {
    code: `${prefix}recommendation_365d`,
    zh: '近365天推荐意愿',
    en: 'Willingness to recommend in 365 days, from 0 to 10',
    source: average('nps'),
  },
  {
    code: `${prefix}survey_response_count_365d`,
    zh: '近365天问卷答复数',
    en: 'Surveys answered in 365 days',
    source: count('SURVEY_RESPONSE', year),
  },
];

const seeds = [
  ...of({ subjectType: 'CUSTOMER', category: 'RELATIONSHIP' }, seedsOf('')),
  ...of({ subjectType: 'PERSON', category: 'RELATIONSHIP' }, seedsOf('person_')),
];

/** How satisfied customers and people say they are. */
export const keepSurveyResponses = migration('KeepSurveyResponses_1796074000000', {
  up: [
    `CREATE TABLE surveyResponseFact (
      id BINARY(16) NOT NULL PRIMARY KEY,
      version INT UNSIGNED NOT NULL,
      updatedAt DATETIME(3) NOT NULL,
      deletedAt DATETIME(3) NULL,
      customerId BINARY(16) NULL,
      personId BINARY(16) NOT NULL,
      surveyId BINARY(16) NOT NULL,
      kind VARCHAR(16) NOT NULL,
      answeredAt DATETIME(3) NOT NULL,
      score DECIMAL(5, 2) NULL,
      nps TINYINT NULL,
      KEY byCustomer (customerId, deletedAt, answeredAt, score, nps),
      KEY byPerson (personId, deletedAt, answeredAt, score, nps),
      KEY byTime (answeredAt, customerId, deletedAt, score, nps)
    )`,
    seedIndicatorsSql(seeds),
  ],
  down: [unseedIndicatorsSql(seeds), 'DROP TABLE surveyResponseFact'],
});

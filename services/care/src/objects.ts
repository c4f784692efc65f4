import { describeObject, type Entity } from '@crm/kit/record/entity';
import { boolean, choice, date, dateTime, decimal, int, text } from '@crm/kit/record/field';
import { channels } from './person/contact-point.ts';
import { questionKinds } from './survey/survey.fields.ts';
import { states } from './task/task.fields.ts';

const channel = choice(channels, { label: { zh: '渠道', en: 'Channel' } });
const state = choice(states, { required: true, label: { zh: '状态', en: 'State' } });
const reason = text({ max: 64, label: { zh: '原因', en: 'Reason' } });

/** What is a part of answers, and has labels of its own. */
export const objects: readonly Entity[] = [
  describeObject('DateRule', {
    calendar: choice(
      { GREGORIAN: { zh: '公历', en: 'Gregorian' }, CHINESE_LUNAR: { zh: '农历', en: 'Lunar' } },
      { required: true, label: { zh: '历法', en: 'Calendar' } },
    ),
    leapMonthRule: choice(
      {
        REGULAR_MONTH: { zh: '平月', en: 'Regular month' },
        LEAP_IF_PRESENT: { zh: '有闰月则闰月', en: 'Leap month if there is one' },
        BOTH: { zh: '平月与闰月', en: 'Both months' },
      },
      { required: true, label: { zh: '闰月规则', en: 'Leap month rule' } },
    ),
    missingDayRule: choice(
      {
        LAST_DAY: { zh: '当月最后一天', en: 'Last day of the month' },
        NEXT_DAY: { zh: '次日', en: 'Next day' },
      },
      { required: true, label: { zh: '缺日规则', en: 'Missing day rule' } },
    ),
  }),
  describeObject('SurveyQuestion', {
    kind: choice(questionKinds, { required: true, label: { zh: '题型', en: 'Kind' } }),
    isRequired: boolean({ required: true, label: { zh: '必答', en: 'Required' } }),
    scale: int({ label: { zh: '最高分', en: 'Best rating' } }),
  }),
  describeObject('SurveyResults', {
    invited: int({ required: true, label: { zh: '已发送', en: 'Sent to' } }),
    answered: int({ required: true, label: { zh: '已答复', en: 'Answered' } }),
    answerRate: decimal({ scale: 4, label: { zh: '答复率', en: 'Share of answers' } }),
    score: decimal({ label: { zh: '满意度得分', en: 'Satisfaction' } }),
    nps: int({ label: { zh: '净推荐值', en: 'Net promoter score' } }),
  }),
  describeObject('Holiday', {
    on: date({ required: true, label: { zh: '日期', en: 'Day' } }),
    kind: choice(
      { HOLIDAY: { zh: '放假', en: 'Off' }, WORKDAY: { zh: '调休上班', en: 'Worked' } },
      { required: true, label: { zh: '类型', en: 'Kind' } },
    ),
    name: text({ max: 100, required: true, label: { zh: '名称', en: 'Name' } }),
  }),
  describeObject('ChannelTemplate', { channel }),
  describeObject('UpcomingOccasion', {
    on: date({ required: true, label: { zh: '日期', en: 'Day' } }),
  }),
  describeObject('CampaignMember', { state, reason, channel }),
  describeObject('CarePlanPreviewCount', {
    state,
    reason,
    count: int({ required: true, label: { zh: '数量', en: 'Number' } }),
  }),
  describeObject('CarePlanPreviewEntry', {
    channel,
    state,
    reason,
    occasionOn: date({ required: true, label: { zh: '时机日期', en: 'Day of the occasion' } }),
    dueAt: dateTime({ required: true, label: { zh: '执行时间', en: 'Due' } }),
  }),
];

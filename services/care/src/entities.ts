import type { Entity } from '@crm/kit/record/entity';
import { AlertEntity } from './alert/alert.fields.ts';
import { AlertRuleEntity } from './rule/rule.fields.ts';

/** Every kind of record that this service owns. */
export const entities: readonly Entity[] = [AlertRuleEntity, AlertEntity];

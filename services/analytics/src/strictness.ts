import type { FieldClass } from '@crm/kit/record/field';
import { classOrder } from '@crm/kit/record/row-class';

export { classField, hiddenByClass, isOpen, openClasses } from '@crm/kit/record/row-class';

/** The most careful of the classes of what something is made of. */
export const strictest = (used: Iterable<FieldClass>): FieldClass =>
  [...used].reduce(
    (most, each) => (classOrder.indexOf(each) > classOrder.indexOf(most) ? each : most),
    'INTERNAL',
  );

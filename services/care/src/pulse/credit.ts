import type { CreditParticulars } from '@crm/schemas/events/credit';
import type { ReceivableData } from '@crm/schemas/events/receivable';

/** Whether a receivable still wants money. */
export const owes = ({ balance }: ReceivableData): boolean => Number(balance.amount) > 0;

/** How much of the limit of an account is used, rounded down; null when it owes nothing. */
export function usedPercent({ limit, exposure }: CreditParticulars): number | null {
  const [most, used] = [Number(limit.amount), Number(exposure.amount)];
  if (used <= 0) return null;
  return most <= 0 ? 100 : Math.min(percentMax, Math.floor((used / most) * 100 + rounding));
}

/** A small limit may be exceeded very far. */
const percentMax = 1_000_000;
/** Nine tenths of a limit are 90 percent, whatever doubles make of it. */
const rounding = 1e-9;

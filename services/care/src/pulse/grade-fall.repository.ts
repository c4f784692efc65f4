import type { RecordedEvent } from '@crm/kit/event/event';
import { idToBytes } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import type { EvaluationChangedData, EvaluationFiguresData } from '@crm/schemas/events/evaluation';
import type { EntityManager } from 'typeorm';
import { hasFallen, isRegraded, joined, type GradeChange } from './grade-fall.ts';
import { markDue } from './pulse.repository.ts';

type Told = RecordedEvent<EvaluationChangedData | EvaluationFiguresData>;

type Fall = {
  readonly customerId: string;
  readonly model: string;
  readonly change: GradeChange;
  readonly on: string;
  /** Whether everybody may read the grades. */
  readonly isOpen: boolean;
};

/** Keeps which grades of customers fell, until they are what they were. */
export async function saveGradeFalls(
  manager: EntityManager,
  events: readonly Told[],
): Promise<void> {
  const regraded = changesOf(events).flatMap(({ change, ...rest }) =>
    isRegraded(change) ? [{ ...rest, change }] : [],
  );
  if (regraded.length === 0) return;
  const fallen = regraded.filter(({ change }) => hasFallen(change));
  const risen = regraded.filter(({ change }) => !hasFallen(change));
  if (fallen.length > 0) {
    await manager.query(
      `INSERT INTO gradeFall (customerId, model, fromGrade, fromScore, toGrade, fellOn, isOpen)
       VALUES ? AS new
       ON DUPLICATE KEY UPDATE fromGrade = new.fromGrade, fromScore = new.fromScore,
         toGrade = new.toGrade, fellOn = new.fellOn, isOpen = new.isOpen`,
      [
        fallen.map(({ customerId, model, change, on, isOpen }) => [
          idToBytes(customerId),
          model,
          change.oldGrade,
          change.oldScore,
          change.newGrade,
          on,
          isOpen,
        ]),
      ],
    );
  }
  if (risen.length > 0) {
    await manager.query(
      `DELETE f FROM gradeFall f JOIN (VALUES ${risen.map(() => 'ROW(?, ?, ?, ?)').join(', ')})
         AS risen (customerId, model, grade, score)
         ON f.customerId = risen.customerId AND f.model = risen.model
       WHERE f.fromGrade = risen.grade OR f.fromScore <= risen.score`,
      risen.flatMap(({ customerId, model, change }) => [
        idToBytes(customerId),
        model,
        change.newGrade,
        change.newScore,
      ]),
    );
  }
  await markDue(
    manager,
    regraded.map(({ customerId }) => customerId),
  );
}

/** What the events of a batch come to for each customer and model, in one order. */
function changesOf(events: readonly Told[]): readonly Fall[] {
  const found = new Map<string, Fall>();
  for (const { data, occurredAt } of events) {
    const told = changeIn(data);
    if (!told || data.subjectType !== 'CUSTOMER') continue;
    const { subjectId: customerId, model } = data;
    const key = `${customerId} ${model}`;
    const before = found.get(key);
    const change = before ? joined(before.change, told.change) : told.change;
    const on = companyDate(new Date(occurredAt));
    found.set(key, { customerId, model, change, on, isOpen: told.isOpen });
  }
  return [...found.values()].toSorted((one, other) => (one.customerId < other.customerId ? -1 : 1));
}

type Outcome = { readonly change: GradeChange; readonly isOpen: boolean };

/** Of a model over confidential data the public event tells no grades; services are told them. */
function changeIn(data: EvaluationChangedData | EvaluationFiguresData): Outcome | null {
  if (!('outcome' in data)) return { change: gradesOf(data), isOpen: false };
  return data.outcome === null ? null : { change: data.outcome, isOpen: true };
}

const gradesOf = ({
  oldScore,
  newScore,
  oldGrade,
  newGrade,
}: EvaluationFiguresData): GradeChange => ({
  oldScore,
  newScore,
  oldGrade,
  newGrade,
});

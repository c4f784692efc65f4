import type { RecordedEvent } from '@crm/kit/event/event';
import { idToBytes } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import type { FieldClass } from '@crm/kit/record/field';
import type { EvaluationChangedData, EvaluationFiguresData } from '@crm/schemas/events/evaluation';
import type { EntityManager } from 'typeorm';
import { hasFallen, isRegraded, type GradeChange, type Regraded } from './grade-fall.ts';
import { markDue } from './pulse.repository.ts';

type Told = RecordedEvent<EvaluationChangedData | EvaluationFiguresData>;

type Graded = {
  readonly customerId: string;
  readonly model: string;
  readonly modelVersion: number;
  readonly change: Regraded;
  readonly on: string;
  /** How carefully the model's grades are kept. */
  readonly class: FieldClass;
};

/** Keeps which grades of customers fell, until they are what they were. */
export async function saveGradeFalls(
  manager: EntityManager,
  events: readonly Told[],
): Promise<void> {
  const regraded = lastGrades(events);
  if (regraded.length === 0) return;
  const fallen = regraded.filter(({ change }) => hasFallen(change));
  const others = regraded.filter(({ change }) => !hasFallen(change));
  if (fallen.length > 0) await saveFalls(manager, fallen);
  if (others.length > 0) await followFalls(manager, others);
  await markDue(
    manager,
    regraded.map(({ customerId }) => customerId),
  );
}

const saveFalls = (manager: EntityManager, fallen: readonly Graded[]): Promise<unknown> =>
  manager.query(
    `INSERT INTO gradeFall (customerId, model, modelVersion, fromGrade, fromScore, toGrade, fellOn,
       class)
     VALUES ? AS new
     ON DUPLICATE KEY UPDATE modelVersion = new.modelVersion, fromGrade = new.fromGrade,
       fromScore = new.fromScore, toGrade = new.toGrade, fellOn = new.fellOn, class = new.class`,
    [
      fallen.map(({ customerId, model, modelVersion, change, on, class: fieldClass }) => [
        idToBytes(customerId),
        model,
        modelVersion,
        change.dayBefore?.grade,
        change.dayBefore?.score,
        change.newGrade,
        on,
        fieldClass,
      ]),
    ],
  );

/** A fall ends when the grade is what it was, or of another version; else it is one to another grade. */
async function followFalls(manager: EntityManager, others: readonly Graded[]): Promise<void> {
  const told = `(VALUES ${others.map(() => 'ROW(?, ?, ?, ?, ?)').join(', ')})
      AS told (customerId, model, modelVersion, grade, score)
    ON f.customerId = told.customerId AND f.model = told.model`;
  const values = others.flatMap(({ customerId, model, modelVersion, change }) => [
    idToBytes(customerId),
    model,
    modelVersion,
    change.newGrade,
    change.newScore,
  ]);
  await manager.query(
    `DELETE f FROM gradeFall f JOIN ${told}
     WHERE f.fromGrade = told.grade OR f.fromScore <= told.score OR f.modelVersion <> told.modelVersion`,
    values,
  );
  await manager.query(`UPDATE gradeFall f JOIN ${told} SET f.toGrade = told.grade`, values);
}

/** The last grade that is told of each customer and model, in one order. */
function lastGrades(events: readonly Told[]): readonly Graded[] {
  const found = new Map<string, Graded>();
  for (const { data, occurredAt } of events) {
    const told = toldIn(data);
    if (!told || data.subjectType !== 'CUSTOMER' || !isRegraded(told.change)) continue;
    const { subjectId: customerId, model, modelVersion } = data;
    const on = companyDate(new Date(occurredAt));
    const { change, class: fieldClass } = told;
    const graded = { customerId, model, modelVersion, change, on, class: fieldClass };
    found.set(`${customerId} ${model}`, graded);
  }
  return [...found.values()].toSorted((one, other) => (one.customerId < other.customerId ? -1 : 1));
}

type Outcome = { readonly change: GradeChange; readonly class: FieldClass };

/** Of a model over confidential data the public event tells no grades; services are told them. */
function toldIn(data: EvaluationChangedData | EvaluationFiguresData): Outcome | null {
  if (!('outcome' in data)) return { change: data, class: data.class ?? 'CONFIDENTIAL' };
  const { outcome, dayBefore } = data;
  return outcome === null ? null : { change: { ...outcome, dayBefore }, class: 'INTERNAL' };
}

import type { FieldProblem } from '@crm/kit/errors';
import type { CareerRecord, EducationRecord } from './history.fields.ts';

type Span = Pick<CareerRecord, 'from' | 'to'>;

const spanProblems = ({ from, to }: Span): FieldProblem[] =>
  from !== null && to !== null && to < from ? [{ path: 'to', message: 'is before from' }] : [];

export const educationProblems = (education: EducationRecord): FieldProblem[] => {
  const { school, level, major, grade } = education;
  const isEmpty = [school, level, major, grade].every((each) => each === null);
  return [
    ...(isEmpty ? [{ path: 'school', message: 'or level, major or grade is needed' }] : []),
    ...spanProblems(education),
  ];
};

export const careerProblems = (career: CareerRecord): FieldProblem[] => [
  ...(career.employer === null && career.title === null
    ? [{ path: 'employer', message: 'or title is needed' }]
    : []),
  ...spanProblems(career),
];

/** When it is eight in the morning somewhere, as its government sets the clocks. */
export type ClockChange = { readonly timeZone: string; readonly wakesAt: string };

const newYork = 'America/New_York';
const berlin = 'Europe/Berlin';
const sydney = 'Australia/Sydney';

/** The days before and after clocks go forward and back, and places where they are not changed any more. */
export const clockChanges: readonly ClockChange[] = [
  { timeZone: newYork, wakesAt: '2027-03-13T13:00:00.000Z' },
  { timeZone: newYork, wakesAt: '2027-03-14T12:00:00.000Z' },
  { timeZone: newYork, wakesAt: '2027-11-06T12:00:00.000Z' },
  { timeZone: newYork, wakesAt: '2027-11-07T13:00:00.000Z' },
  { timeZone: berlin, wakesAt: '2027-03-27T07:00:00.000Z' },
  { timeZone: berlin, wakesAt: '2027-03-28T06:00:00.000Z' },
  { timeZone: berlin, wakesAt: '2027-10-30T06:00:00.000Z' },
  { timeZone: berlin, wakesAt: '2027-10-31T07:00:00.000Z' },
  { timeZone: sydney, wakesAt: '2027-04-02T21:00:00.000Z' },
  { timeZone: sydney, wakesAt: '2027-04-03T22:00:00.000Z' },
  { timeZone: 'Asia/Shanghai', wakesAt: '2027-05-01T00:00:00.000Z' },
  { timeZone: 'Asia/Shanghai', wakesAt: '2027-10-01T00:00:00.000Z' },
];

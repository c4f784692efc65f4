/** People as the search knows them: the 16 bytes of an id as hexadecimal digits. */
export type PersonKey = string;

export const keyOf = (id: string): PersonKey => id.replaceAll('-', '').toUpperCase();

export const idOf = (key: PersonKey): string =>
  key.toLowerCase().replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');

export const bytesOf = (key: PersonKey): Buffer => Buffer.from(key, 'hex');

/** A relationship in the direction in which it is gone along. */
export type Step = {
  readonly from: PersonKey;
  readonly to: PersonKey;
  /** 1 to 100. */
  readonly strength: number;
};

export const nameOfStep = ({ from, to }: Pick<Step, 'from' | 'to'>): string => `${from} ${to}`;

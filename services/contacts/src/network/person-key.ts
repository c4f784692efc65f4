import { idFromBytes, idToBytes } from '@crm/kit/id';

/** People as the search knows them: the 16 bytes of an id, each as a character. */
export type PersonKey = string;

export const keyOf = (id: string): PersonKey => keyOfBytes(idToBytes(id));

export const keyOfBytes = (bytes: Uint8Array): PersonKey => Buffer.from(bytes).toString('latin1');

export const bytesOf = (key: PersonKey): Buffer => Buffer.from(key, 'latin1');

export const idOf = (key: PersonKey): string => idFromBytes(bytesOf(key));

/** As a statement takes many of them: in JSON. */
export const hexOf = (key: PersonKey): string => bytesOf(key).toString('hex');

/** A relationship in the direction in which it is gone along. */
export type Step = {
  readonly from: PersonKey;
  readonly to: PersonKey;
  /** 1 to 100. */
  readonly strength: number;
};

export const nameOfStep = ({ from, to }: Pick<Step, 'from' | 'to'>): string => `${from} ${to}`;

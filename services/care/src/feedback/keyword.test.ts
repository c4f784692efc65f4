import { expect, test } from '@jest/globals';
import { isStop } from './keyword.ts';

test.each([
  'STOP',
  'stop.',
  ' Stop ',
  'T',
  'ＴＤ',
  '退订',
  '退订。',
  '【退订】',
  'unsubscribe',
  'N',
])('"%s" asks for no more', (text) => {
  expect(isStop(text)).toBe(true);
});

test.each(['', '谢谢', '不用退订', 'please stop by on Monday', 'OK', '收到'])(
  '"%s" does not',
  (text) => {
    expect(isStop(text)).toBe(false);
  },
);

import { describe, expect, test } from '@jest/globals';
import { sniffType } from './sniff.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
  'base64',
);

describe('what a file is', () => {
  test.each([
    ['a picture', png, 'image/png'],
    ['a PDF', Buffer.from('%PDF-1.7\n1 0 obj'), 'application/pdf'],
    [
      'a program',
      Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200)]),
      'application/x-msdownload',
    ],
    ['Chinese text', Buffer.from('会议纪要\r\n\t一、'), 'text/plain'],
    // Whatever it is called, it is sent as text.
    ['a page', Buffer.from('<html><script>1</script></html>'), 'text/plain'],
    ['text that is cut inside a character', Buffer.from('会').subarray(0, 2), 'text/plain'],
    ['bytes that say nothing', Buffer.from([0, 1, 2, 3, 0xff]), null],
    ['text with a NUL', Buffer.from('a\0b'), null],
    ['another encoding', Buffer.from([0xbb, 0xe1, 0xd2, 0xe9, 0x2e]), null],
  ])('%s', async (_, bytes, expected) => {
    expect(await sniffType(bytes)).toBe(expected);
  });
});

import { expect, test } from '@jest/globals';
import { letterFont } from './letter-font.ts';
import { showable } from './letter.ts';

const letter = {
  companyName: '关系科技',
  recipient: ['东方泵业', '李喆堃'],
  day: '2026年12月7日',
  subject: null,
  text: '𠮷先生：\n\t您好\u200B',
};

test('names with rare characters are shown, and what the font has not is marked and told', async () => {
  const { hasGlyph } = await letterFont();
  const { letter: shown, missing } = showable(letter, hasGlyph);
  expect(shown).toEqual({ ...letter, text: '〓先生：\n您好' });
  expect(missing).toEqual(['𠮷']);
});

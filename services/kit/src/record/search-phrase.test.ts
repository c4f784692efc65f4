import { describe, expect, test } from '@jest/globals';
import { pairsOf, phrasesOfRarestWord, rarePhrases } from './search-phrase.ts';

const textsOf = (words: readonly string[]): string[] => pairsOf(words).map(({ text }) => text);

describe('pairsOf', () => {
  test.each([
    ['each two that follow each other', ['恒泰机'], ['恒泰', '泰机']],
    ['characters of four bytes', ['𠮷野家'], ['𠮷野', '野家']],
    ['none across words', ['恒', '泰'], []],
    ['no punctuation', ['A-Team'], ['Te', 'ea', 'am']],
    ['no wild cards', ['100%'], ['10', '00']],
  ])('gives %s', (_, words, pairs) => {
    expect(textsOf(words)).toEqual(pairs);
  });

  test('gives no more than are counted, however long the text is', () => {
    expect(textsOf(['机'.repeat(200)])).toHaveLength(16);
  });
});

const phrasesOf = (words: readonly string[], ...counts: readonly number[]): string[] =>
  rarePhrases(pairsOf(words), counts);

describe('rarePhrases', () => {
  test('are what few have, without what many have', () => {
    expect(phrasesOf(['上海恒泰机械'], 100, 3, 5, 9, 300)).toEqual(['海恒泰']);
    expect(phrasesOf(['苏州化工'], 100, 0, 100)).toEqual(['州化']);
  });

  test('have another word beside one that some have', () => {
    expect(phrasesOf(['苏州', '恒泰', '化工'], 100, 5, 90)).toEqual(['恒泰', '化工']);
    expect(phrasesOf(['苏州', '恒泰', '化工'], 100, 1, 90)).toEqual(['恒泰']);
    expect(phrasesOf(['恒泰'], 5)).toEqual(['恒泰']);
  });

  test('have four characters at most', () => {
    expect(phrasesOf(['恒泰金新远'], 4, 3, 2, 1)).toEqual(['金新远']);
    expect(phrasesOf(['恒泰金新远'], 4, 1, 2, 3)).toEqual(['恒泰金新']);
  });

  test('are none where many have each pair, or there is none', () => {
    expect(phrasesOf(['上海', '机械'], 100, 300)).toEqual([]);
    expect(phrasesOf(['%%'])).toEqual([]);
  });
});

const ofRarestOf = (words: readonly string[], ...counts: readonly number[]): string[] =>
  phrasesOfRarestWord(words, pairsOf(words), counts);

describe('phrasesOfRarestWord', () => {
  test('are two pairs that do not overlap, where few have both', () => {
    expect(ofRarestOf(['消息', '471123'], 1000, 40, 90, 80, 70, 60)).toEqual(['47', '23']);
    expect(ofRarestOf(['471123'], 60, 40, 90, 80, 70)).toEqual(['71', '23']);
  });

  test('are the word with the pair that the fewest have, where many may have both', () => {
    expect(ofRarestOf(['471123'], 200, 150, 190, 180, 170)).toEqual(['471123']);
    expect(ofRarestOf(['上海', '机械'], 100, 300)).toEqual(['上海']);
    expect(ofRarestOf(['机械厂'], 30, 30)).toEqual(['机械厂']);
  });

  test('are none where there is no pair', () => {
    expect(ofRarestOf(['%%'])).toEqual([]);
  });
});

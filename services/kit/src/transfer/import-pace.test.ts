import { describe, expect, test } from '@jest/globals';
import { createPace } from './import-pace.ts';

describe('the rows of a step', () => {
  test('are as many as may be while steps are fast', () => {
    const pace = createPace(500);
    pace.note(500, 200);
    expect(pace.rows()).toBe(500);
  });

  test('become fewer when a step takes long, by half at once, and never too few', () => {
    const pace = createPace(500);
    pace.note(500, 10_000);
    expect(pace.rows()).toBe(250);
    for (let step = 0; step < 10; step += 1) pace.note(pace.rows(), 10_000);
    expect(pace.rows()).toBe(100);
  });

  test('become more again', () => {
    const pace = createPace(500);
    for (let step = 0; step < 10; step += 1) pace.note(pace.rows(), 10_000);
    pace.note(100, 100);
    expect(pace.rows()).toBe(200);
    pace.note(200, 800);
    expect(pace.rows()).toBe(250);
  });

  test('do not follow from a step that was smaller, as the last of a file is', () => {
    const pace = createPace(500);
    pace.note(3, 400);
    expect(pace.rows()).toBe(500);
  });
});

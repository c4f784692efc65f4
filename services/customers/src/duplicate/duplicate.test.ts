import { describe, expect, test } from '@jest/globals';
import {
  normalRegistrationNumber,
  registrationNumberKind,
  registrationNumberProblems,
} from '../customer/registration-number.ts';
import { normalName, soundOf } from './company-name.ts';
import { distinctEvidence, hostOf, keysOf, phonesOf, reactionTo, scoreOf } from './duplicate.ts';

describe('normalName', () => {
  test.each([
    ['恒泰机械（上海）有限公司', '上海恒泰机械'],
    ['上海市恒泰机械股份有限公司', '上海恒泰机械'],
    ['上海恒泰机械 有限责任公司', '上海恒泰机械'],
    ['江苏省恒泰(中国)有限公司', '江苏恒泰'],
    ['ＨＥＮＧＴＡＩ Ｃｏ．，Ｌｔｄ．', 'hengtai'],
    ['Hengtai Co., Ltd.', 'hengtai'],
    ['The Hengtai Company, Inc', 'hengtai'],
    ['Acme (China) Trading GmbH', 'acmetrading'],
    ['华润超市连锁有限公司', '华润超市连锁'],
    ['恒泰集团有限公司', '恒泰集团'],
    ['有限公司', '有限公司'],
    ['!!!', ''],
  ])('makes %s %s', (name, expected) => {
    expect(normalName(name)).toBe(expected);
  });

  test('keeps companies of two cities, and the group and its daughter, apart', () => {
    expect(normalName('上海恒泰机械有限公司')).not.toBe(normalName('北京恒泰机械有限公司'));
    expect(normalName('恒泰集团有限公司')).not.toBe(normalName('恒泰有限公司'));
  });
});

test('soundOf gives characters of one sound one key, and Latin letters their own', () => {
  expect(soundOf('恒泰机械')).toBe('hengtaijixie');
  expect(soundOf('亨太机械')).toBe('hengtaijixie');
  expect(soundOf('恒泰abc12')).toBe('hengtaiabc12');
});

describe('hostOf', () => {
  test.each([
    ['https://www.Hengtai.com.cn/about?x=1', 'hengtai.com.cn'],
    ['hengtai.com.cn.', 'hengtai.com.cn'],
    ['ｗｗｗ．hengtai.com', 'hengtai.com'],
    ['HTTP://shop.hengtai.com:8080', 'shop.hengtai.com'],
    ['none', ''],
    ['http://', ''],
    ['', ''],
  ])('finds the host of %j', (website, host) => {
    expect(hostOf(website)).toBe(host);
  });
});

describe('phonesOf', () => {
  test.each([
    ['+86 21-5555 1234', ['2155551234']],
    ['0086-13800138000', ['13800138000']],
    ['021-55551234转802', ['02155551234']],
    ['13800138000/13900139000', ['13800138000', '13900139000']],
    ['０２１５５５５１２３４', ['02155551234']],
    ['110', []],
    ['', []],
  ])('reads %j', (phone, numbers) => {
    expect(phonesOf(phone)).toEqual(numbers);
  });
});

describe('registration numbers', () => {
  test('are kept without width, small letters and gaps', () => {
    expect(normalRegistrationNumber(' 9131 0000-ｍａ1fl0ab1X')).toBe('91310000MA1FL0AB1X');
  });

  test.each([
    ['91310000MA1FL0AB1', []],
    ['110105012345678', []],
    ['HRB 12345', []],
    ['91310000MA1FL0AI1X', ['registrationNumber']],
    ['91310000MA1FL0AB1O', ['registrationNumber']],
    [null, []],
  ])('%j has its problems named', (number, paths) => {
    expect(registrationNumberProblems(number).map(({ path }) => path)).toEqual(paths);
  });

  test('are checked by GB 32100', () => {
    const right = '91310000MA1FL0AB1X';
    expect(registrationNumberProblems(right)).toEqual([]);
    expect(registrationNumberKind(right)).toBe('UNIFIED_SOCIAL_CREDIT_CODE');
    for (const end of '0123456789ABCDEFGHJKLMNPQRTUWXY') {
      const number = right.slice(0, 17) + end;
      expect(registrationNumberProblems(number)).toHaveLength(number === right ? 0 : 1);
    }
  });
});

test('keysOf names each value once, and nothing for what is empty', () => {
  expect(
    keysOf({ name: '恒泰有限公司', shortName: '恒泰', formerNames: ['!'], phone: '1' }),
  ).toEqual([
    { field: 'NAME', value: '恒泰' },
    { field: 'PINYIN', value: 'hengtai' },
  ]);
  expect(keysOf({ name: '长'.repeat(200) }).every(({ value }) => value.length <= 200)).toBe(true);
});

describe('matches', () => {
  const name = { field: 'NAME', weight: 85, onCreate: 'CONFIRM' } as const;
  const sound = { field: 'PINYIN', weight: 50, onCreate: 'TELL' } as const;
  const phone = { field: 'PHONE', weight: 40, onCreate: 'TELL' } as const;
  const match = (evidence: readonly (typeof name | typeof phone | typeof sound)[]) => ({
    customerId: '',
    teamId: null,
    isVisible: true,
    evidence: distinctEvidence(evidence),
  });

  test('score higher the more they have in common; a sound adds nothing to its name', () => {
    expect(scoreOf(match([phone]))).toBe(40);
    expect(scoreOf(match([phone, sound, phone]))).toBe(70);
    expect(scoreOf(match([name, sound]))).toBe(85);
  });

  test('have the strictest reaction of all', () => {
    expect(reactionTo([])).toBe('TELL');
    expect(reactionTo([match([phone])])).toBe('TELL');
    expect(reactionTo([match([phone]), match([name])])).toBe('CONFIRM');
  });
});

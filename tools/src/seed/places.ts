import type { Random, Weighted } from './random.ts';
import type { Language } from './names.ts';

export type Place = {
  readonly country: string;
  readonly province: string | null;
  readonly city: string;
  readonly areaCode: string;
  readonly postalCode: string;
  /** The first six digits of registration numbers given out there, by GB/T 2260. */
  readonly division: string;
  readonly language: Language;
};

const china = '中国';

const cities: Weighted<Place> = [
  [inChina('上海市', '上海市', '021 200120 310115'), 14],
  [inChina('江苏省', '苏州市', '0512 215021 320505'), 12],
  [inChina('江苏省', '无锡市', '0510 214028 320214'), 7],
  [inChina('江苏省', '南京市', '025 210012 320114'), 6],
  [inChina('浙江省', '杭州市', '0571 310051 330108'), 8],
  [inChina('浙江省', '宁波市', '0574 315100 330212'), 7],
  [inChina('浙江省', '温州市', '0577 325000 330302'), 4],
  [inChina('广东省', '深圳市', '0755 518057 440305'), 9],
  [inChina('广东省', '东莞市', '0769 523808 441900'), 6],
  [inChina('广东省', '佛山市', '0757 528200 440605'), 5],
  [inChina('山东省', '青岛市', '0532 266100 370212'), 4],
  [inChina('山东省', '济南市', '0531 250101 370102'), 3],
  [inChina('北京市', '北京市', '010 100176 110115'), 4],
  [inChina('天津市', '天津市', '022 300457 120116'), 3],
  [inChina('湖北省', '武汉市', '027 430074 420111'), 3],
  [inChina('四川省', '成都市', '028 610041 510107'), 3],
  [inChina('重庆市', '重庆市', '023 401121 500112'), 2],
  [inChina('陕西省', '西安市', '029 710075 610113'), 2],
  [inChina('辽宁省', '沈阳市', '024 110179 210112'), 2],
  [inChina('福建省', '厦门市', '0592 361006 350206'), 2],
  [abroad('Germany', 'Stuttgart', '70565'), 2],
  [abroad('Italy', 'Bologna', '40127'), 1],
  [abroad('United Kingdom', 'Birmingham', 'B37 7YB'), 1],
  [abroad('United States', 'Cleveland', '44114'), 1],
];

function inChina(province: string, city: string, codes: string): Place {
  const [areaCode = '', postalCode = '', division = ''] = codes.split(' ');
  return { country: china, province, city, areaCode, postalCode, division, language: 'zh' };
}

function abroad(country: string, city: string, postalCode: string): Place {
  return { country, province: null, city, areaCode: '', postalCode, division: '', language: 'en' };
}

const streets = '工业园路 开发区大道 创新路 人民路 建设大道 科技三路 滨江路 振兴街'.split(' ');
const westernStreets = ['Industriestr.', 'Station Road', 'Via Emilia', 'Park Avenue'];

export const placeOf = (random: Random): Place => random.weighted(cities);

export const addressAt = (random: Random, place: Place): object => ({
  country: place.country,
  ...(place.province !== null && { province: place.province }),
  city: place.city,
  street:
    place.language === 'zh'
      ? `${random.one(streets)}${random.whole(1, 999)}号`
      : `${random.one(westernStreets)} ${random.whole(1, 199)}`,
  postalCode: place.postalCode,
});

/** A number of the kind that the place has; those abroad are of a range that is never given out. */
export const phoneAt = (random: Random, { areaCode, language }: Place): string =>
  language === 'zh'
    ? `${areaCode}-${random.whole(2, 8)}${digits(random, areaCode.length === 3 ? 7 : 6)}`
    : `+1 216 555 01${digits(random, 2)}`;

export const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => random.whole(0, 9)).join('');

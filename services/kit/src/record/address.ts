import { text, type Field, type FieldClass } from './field.ts';

type AddressFields = {
  readonly [Part in 'city' | 'country' | 'district' | 'postalCode' | 'province' | 'street']: Field<
    string | null
  >;
};

/** The parts of a postal address, as `Address` in the shared schema. */
export const addressFields = (fieldClass: FieldClass): AddressFields => ({
  country: text({ max: 100, class: fieldClass, label: { zh: '国家', en: 'Country' } }),
  province: text({ max: 100, class: fieldClass, label: { zh: '省', en: 'Province' } }),
  city: text({ max: 100, class: fieldClass, label: { zh: '市', en: 'City' } }),
  district: text({ max: 100, class: fieldClass, label: { zh: '区县', en: 'District' } }),
  street: text({ max: 300, class: fieldClass, label: { zh: '街道', en: 'Street' } }),
  postalCode: text({ max: 20, class: fieldClass, label: { zh: '邮政编码', en: 'Postal code' } }),
});

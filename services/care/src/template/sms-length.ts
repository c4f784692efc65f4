/** The characters of GSM 03.38 that a segment holds 160 of; those of `extended` count twice. */
const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const extended = new Set('\f^{}\\[~]|€');

export type SmsLength = {
  /** What an operator counts: 7-bit characters, or 16-bit units of which an emoji takes two. */
  readonly units: number;
  readonly isUnicode: boolean;
  /** As many messages are paid for. */
  readonly segments: number;
};

const gsm = { one: 160, more: 153 };
const unicode = { one: 70, more: 67 };

export function smsLength(text: string): SmsLength {
  const characters = Array.from(text);
  const isGsm = characters.every((each) => basic.has(each) || extended.has(each));
  const units = isGsm
    ? characters.reduce((sum, each) => sum + (extended.has(each) ? 2 : 1), 0)
    : text.length;
  const { one, more } = isGsm ? gsm : unicode;
  return { units, isUnicode: !isGsm, segments: units <= one ? 1 : Math.ceil(units / more) };
}

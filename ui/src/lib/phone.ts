// Phones as people read them. The core keeps what it could read as E.164 (`+34672790448`); everything else stays as typed.

/** Calling codes of one and two digits (ITU E.164); all others have three. */
const SHORT_CODES = new Set(
  '1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98'.split(
    ' ',
  ),
);

/** Digits in groups of three, the last of two to four: `672 790 448`, `1234 5678`. */
function grouped(digits: string): string {
  if (digits.length === 8) return `${digits.slice(0, 4)} ${digits.slice(4)}`;
  const groups: string[] = [];
  let rest = digits;
  while (rest.length > 4) {
    groups.push(rest.slice(0, 3));
    rest = rest.slice(3);
  }
  return [...groups, rest].filter(Boolean).join(' ');
}

/** `+34 672 790 448`, `+1 (415) 555-2671`; what is no E.164 number stays as it is. An extension after it stays, too. */
export function formatPhone(phone: string): string {
  const parts = /^\+(\d{7,15})(?=$|\D)(.*)$/.exec(phone);
  if (!parts) return phone;
  const [, digits = '', more = ''] = parts;
  const code =
    [1, 2].map((length) => digits.slice(0, length)).find((short) => SHORT_CODES.has(short)) ?? digits.slice(0, 3);
  const national = digits.slice(code.length);
  const isNorthAmerican = code === '1' && national.length === 10;
  const shown = isNorthAmerican
    ? `(${national.slice(0, 3)}) ${national.slice(3, 6)}-${national.slice(6)}`
    : grouped(national);
  return `+${code} ${shown}${more}`;
}

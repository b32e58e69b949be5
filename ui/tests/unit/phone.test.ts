import { describe, expect, it } from 'vitest';
import { formatPhone } from '$lib/phone';

describe('phones as people read them', () => {
  it.each([
    ['+34672790448', '+34 672 790 448'],
    ['+14155552671', '+1 (415) 555-2671'],
    ['+442079460018', '+44 207 946 0018'],
    ['+4512345678', '+45 1234 5678'],
    ['+353861234567', '+353 861 234 567'],
    ['+34672790448 ext. 12', '+34 672 790 448 ext. 12'],
  ])('%s is %s', (kept, shown) => expect(formatPhone(kept)).toBe(shown));

  it.each(['91 555 (old no.)', 'ask Maria', '', '+12', '672790448'])('leaves %j as it was typed', (typed) =>
    expect(formatPhone(typed)).toBe(typed),
  );

  it('loses no digit, whatever the number', () => {
    for (let length = 7; length <= 15; length++) {
      const digits = '358401234567890'.slice(0, length);
      expect(formatPhone(`+${digits}`).replace(/\D/g, '')).toBe(digits);
    }
  });
});

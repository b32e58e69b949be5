import { describe, expect, it } from 'vitest';
import { useLanguage } from '$lib/i18n/index.svelte';
import { defaultRepetition, isOnItsDay, parseRule, toRule, type Repetition } from '$lib/recurrence';
import { describeRule } from '$lib/recurrence-words';

describe('a repetition', () => {
  it('begins as every week on the day of the visit', () => {
    expect(toRule(defaultRepetition('2026-11-20'), '2026-11-20')).toBe('FREQ=WEEKLY;BYDAY=FR;COUNT=10');
  });

  it('is read back as it was written', () => {
    const rules: Repetition[] = [
      { frequency: 'DAILY', interval: 3, days: [], end: { by: 'count', count: 5 } },
      { frequency: 'WEEKLY', interval: 2, days: ['MO', 'WE'], end: { by: 'until', until: '2027-01-31' } },
      { frequency: 'MONTHLY', interval: 1, days: [], end: { by: 'until', until: '2027-06-01' } },
    ];
    for (const rule of rules) expect(parseRule(toRule(rule, '2026-11-30'))).toEqual(rule);
    expect(toRule(rules[1]!, '2026-11-20')).toBe('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;UNTIL=20270131');
  });

  it('is on the last day of a month that has no 31st', () => {
    const monthly: Repetition = { frequency: 'MONTHLY', interval: 1, days: [], end: { by: 'count', count: 6 } };
    const rule = toRule(monthly, '2027-01-31');
    expect(rule).toBe('FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1;COUNT=6');
    expect(describeRule(rule)).toBe('Every month (or the last day of the month), 6 times');
    expect(toRule(monthly, '2027-01-28')).toBe('FREQ=MONTHLY;COUNT=6');
    expect([isOnItsDay(rule, '2027-02-28'), isOnItsDay(rule, '2027-03-15')]).toEqual([true, false]);
  });

  it('does not pretend to understand other rules', () => {
    for (const rule of [
      'FREQ=MONTHLY;BYDAY=2TU;COUNT=3',
      'FREQ=WEEKLY',
      'FREQ=HOURLY;COUNT=2',
      'FREQ=MONTHLY;BYSETPOS=-1;COUNT=2',
      'FREQ=MONTHLY;BYMONTHDAY=15;COUNT=2',
      '',
    ]) {
      expect(parseRule(rule), rule).toBeNull();
      expect(describeRule(rule)).toBe(rule);
    }
  });

  it('is said in plain words, in both languages', async () => {
    expect(describeRule('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=10')).toBe('Every 2 weeks on Mon and Wed, 10 times');
    expect(describeRule('FREQ=DAILY;UNTIL=20261231')).toBe('Every day, until 31 Dec 2026');
    await useLanguage('es', 'ES');
    expect(describeRule('FREQ=WEEKLY;BYDAY=FR;COUNT=4')).toBe('Cada semana los vie, 4 veces');
    await useLanguage('en', 'GB');
  });
});

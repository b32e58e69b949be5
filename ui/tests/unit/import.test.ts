import { describe, expect, it } from 'vitest';
import type { ImportPlan } from '$lib/backend';
import { takenApart } from '../../src/areas/import/plan';

describe('how a file is read', () => {
  const plan: ImportPlan = {
    path: '/clients.csv',
    encoding: 'utf-8',
    delimiter: ',',
    columns: ['full_name', 'phone'],
    date_order: 'day_month_year',
    weight_unit: 'kilograms',
    on_duplicate: 'skip',
  };

  it('has its columns guessed anew where it is taken apart otherwise', () => {
    expect(takenApart(plan, { delimiter: ';' })).toEqual({ ...plan, delimiter: ';', columns: [] });
    expect(takenApart(plan, { encoding: 'utf-16le' })).toEqual({ ...plan, encoding: 'utf-16le', columns: [] });
  });
});

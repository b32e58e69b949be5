import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, it, vi } from 'vitest';
import DurationField from '$lib/components/DurationField.svelte';
import MoneyField from '$lib/components/MoneyField.svelte';
import RepeatField from '$lib/components/RepeatField.svelte';
import StatusChip from '$lib/components/StatusChip.svelte';
import TextField from '$lib/components/TextField.svelte';
import TimeField from '$lib/components/TimeField.svelte';

const box = (name: RegExp | string) => screen.getByRole<HTMLInputElement>('textbox', { name });

it('a time is taken as it is typed, and what is no time is put back', async () => {
  const onchange = vi.fn();
  render(TimeField, { label: 'Start', minutes: 540, onchange });
  expect(box('Start').value).toBe('9:00');
  await fireEvent.change(box('Start'), { target: { value: '2.30pm' } });
  expect(onchange).toHaveBeenLastCalledWith(870);
  expect(box('Start').value).toBe('14:30');
  await fireEvent.change(box('Start'), { target: { value: 'soon' } });
  expect(onchange).toHaveBeenCalledOnce();
  expect(box('Start').value).toBe('14:30');
  await fireEvent.keyDown(box('Start'), { key: 'ArrowUp' });
  expect(onchange).toHaveBeenLastCalledWith(885);
});

it('a length is taken as it is typed', async () => {
  const onchange = vi.fn();
  render(DurationField, { label: 'Length', minutes: 30, onchange });
  await fireEvent.change(box('Length'), { target: { value: '1h15' } });
  expect(onchange).toHaveBeenCalledWith(75);
  expect(box('Length').value).toBe('1 h 15 min');
});

it('money is kept in minor units, with a comma or a point', async () => {
  render(MoneyField, { label: 'Bill', cents: 4500 });
  expect(box(/Bill/).value).toBe('45.00');
  await fireEvent.change(box(/Bill/), { target: { value: '12,5' } });
  expect(box(/Bill/).value).toBe('12.50');
});

it('an error is read out with its field', () => {
  render(TextField, { label: 'Name', value: '', error: 'Name must be filled in.', required: true });
  const input = box(/Name/);
  expect(input.getAttribute('aria-invalid')).toBe('true');
  expect(document.getElementById(input.getAttribute('aria-describedby')!)?.textContent).toBe('Name must be filled in.');
  expect(input.required).toBe(true);
});

it('a repetition says in plain words what it does', async () => {
  render(RepeatField, {
    value: { frequency: 'WEEKLY', interval: 1, days: ['FR'], end: { by: 'count', count: 10 } },
    date: '2026-11-20',
  });
  expect(screen.getByTestId('repeat-words').textContent).toBe('Every week on Fri, 10 times');
});

it('a status is an icon and words', () => {
  const { container } = render(StatusChip, { status: 'checked_in' });
  expect(container.textContent).toContain('Arrived');
  expect(container.querySelector('svg')?.getAttribute('aria-hidden')).toBe('true');
});

import { fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, expect, it, vi } from 'vitest';
import DatePicker from '$lib/components/DatePicker.svelte';
import DurationField from '$lib/components/DurationField.svelte';
import MoneyField from '$lib/components/MoneyField.svelte';
import NumberField from '$lib/components/NumberField.svelte';
import RepeatField from '$lib/components/RepeatField.svelte';
import StatusChip from '$lib/components/StatusChip.svelte';
import TextField from '$lib/components/TextField.svelte';
import TimeField from '$lib/components/TimeField.svelte';
import { useLanguage } from '$lib/i18n/index.svelte';
import { takeAppState } from '$lib/session.svelte';
import { makeClinic } from '../mock/clinic';

afterEach(() => useLanguage('en', 'GB'));

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

it('a weight of more than a thousand pounds is no pound and a tenth', async () => {
  await useLanguage('en', 'US');
  render(NumberField, { label: 'Weight', value: null, step: 0.01, units: ['lb'] });
  const field = screen.getByRole<HTMLInputElement>('spinbutton', { name: 'Weight' });
  await fireEvent.input(field, { target: { value: '1,100 lb' } });
  expect(field.getAttribute('aria-valuenow')).toBe('1100');
});

it('money is kept in minor units, with a comma or a point', async () => {
  render(MoneyField, { label: 'Bill', cents: 4500 });
  expect(box(/Bill/).value).toBe('45.00');
  await fireEvent.change(box(/Bill/), { target: { value: '12,5' } });
  expect(box(/Bill/).value).toBe('12.50');
});

it.each([
  ['1,200', '1200.00'],
  ['1.200', '1200.00'],
  ['1.234,50', '1234.50'],
  ['1,234.50', '1234.50'],
])('money may have its thousands apart: %s', async (typed, shown) => {
  render(MoneyField, { label: 'Bill', cents: 4500 });
  await fireEvent.change(box(/Bill/), { target: { value: typed } });
  expect(box(/Bill/).value).toBe(shown);
});

it('money that cannot be read is put back, and is shown as the language writes it', async () => {
  await useLanguage('es', 'ES');
  render(MoneyField, { label: 'Importe', cents: 12850 });
  const field = box(/Importe/);
  expect(field.value).toBe('128,50');
  await fireEvent.change(field, { target: { value: '12,3456' } });
  expect(field.value).toBe('128,50');
  await fireEvent.input(field, { target: { value: 'gratis' } });
  expect(await fireEvent.keyDown(field, { key: 'Enter' })).toBe(false);
  expect(field.value).toBe('128,50');
  await fireEvent.change(field, { target: { value: ' ' } });
  expect(field.value).toBe('');
});

it('a number is taken with a comma or a point, and shown as the language writes it', async () => {
  await useLanguage('es', 'ES');
  render(NumberField, { label: 'Peso', value: 3.2, min: 0, step: 0.1 });
  const field = screen.getByRole<HTMLInputElement>('spinbutton', { name: 'Peso' });
  expect(field.value).toBe('3,2');
  await fireEvent.input(field, { target: { value: '3.75' } });
  expect(field.value).toBe('3.75');
  expect(field.getAttribute('aria-valuenow')).toBe('3.75');
  await fireEvent.change(field);
  expect(field.value).toBe('3,75');
  await fireEvent.keyDown(field, { key: 'ArrowUp' });
  expect(field.value).toBe('3,85');
  await fireEvent.input(field, { target: { value: '' } });
  await fireEvent.change(field);
  expect(field.hasAttribute('aria-valuenow')).toBe(false);
  await fireEvent.keyDown(field, { key: 'ArrowDown' });
  expect(field.value).toBe('0');
});

it('what is no number is put back, and Enter saves nothing else in its place', async () => {
  render(NumberField, { label: 'Weight', value: 3.2, step: 0.01 });
  const field = screen.getByRole<HTMLInputElement>('spinbutton', { name: 'Weight' });
  await fireEvent.focus(field);
  await fireEvent.input(field, { target: { value: '12' } });
  await fireEvent.input(field, { target: { value: '12x5' } });
  expect(field.value).toBe('12x5');
  expect(field.getAttribute('aria-valuenow')).toBe('3.2');
  await fireEvent.change(field);
  expect(field.value).toBe('3.2');
  await fireEvent.input(field, { target: { value: '12x5' } });
  expect(await fireEvent.keyDown(field, { key: 'Enter' })).toBe(false);
  expect(field.value).toBe('3.2');
  await fireEvent.input(field, { target: { value: '12,5' } });
  expect(await fireEvent.keyDown(field, { key: 'Enter' })).toBe(true);
  expect(field.getAttribute('aria-valuenow')).toBe('12.5');
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

it.each([
  [TimeField, { minutes: 540 }, '9.5', '9:30'],
  [DurationField, { minutes: 30 }, 'a while', '45'],
  [MoneyField, { cents: 4500 }, '12,50 or so', '12,50 €'],
  [NumberField, { value: 10 }, '7,5', '8'],
  [NumberField, { value: 3.2, step: 0.1, units: ['kg'] }, 'heavy', '4,5 kg'],
])(
  'what cannot be read stays in its field, says so and keeps the form from being sent',
  async (field, props, odd, good) => {
    const form = document.body.appendChild(document.createElement('form'));
    const onsubmit = vi.fn((event: Event) => event.preventDefault());
    form.addEventListener('submit', onsubmit);
    render(field as typeof TimeField, { target: form, props: { label: 'Start', ...props } as never });
    const typed = () => screen.getByLabelText<HTMLInputElement>(/^Start/);
    await fireEvent.change(typed(), { target: { value: odd } });
    expect(typed().value).toBe(odd);
    expect(screen.getByRole('alert').textContent).toContain(`“${odd}”`);
    await fireEvent.submit(form);
    expect(onsubmit).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(typed());
    await fireEvent.change(typed(), { target: { value: good } });
    expect(screen.queryByRole('alert')).toBeNull();
    await fireEvent.submit(form);
    expect(onsubmit).toHaveBeenCalledOnce();
    form.remove();
  },
);

it.each([
  ['-1', 'Buffer must be 0 at the least.'],
  ['481', 'Buffer may be 480 at the most.'],
])('a number out of what it can be is held with the reason, and Enter does not send it: %s', async (odd, reason) => {
  const form = document.body.appendChild(document.createElement('form'));
  const onsubmit = vi.fn((event: Event) => event.preventDefault());
  form.addEventListener('submit', onsubmit);
  render(NumberField, { target: form, props: { label: 'Buffer', value: 10, min: 0, max: 480 } });
  const field = screen.getByRole<HTMLInputElement>('spinbutton');
  await fireEvent.input(field, { target: { value: odd } });
  expect(screen.queryByRole('alert')).toBeNull();
  expect(await fireEvent.keyDown(field, { key: 'Enter' })).toBe(false);
  expect(screen.getByRole('alert').textContent).toBe(reason);
  expect(field.value).toBe(odd);
  await fireEvent.submit(form);
  expect(onsubmit).not.toHaveBeenCalled();
  await fireEvent.keyDown(field, { key: 'ArrowUp' });
  expect(field.value).toBe('11');
  expect(screen.queryByRole('alert')).toBeNull();
  form.remove();
});

it('a sum may have its currency beside it, in signs or words', async () => {
  render(MoneyField, { label: 'Bill', cents: null });
  for (const typed of ['12,50 USD', 'usd 12.50', '$12.50', '12.50 US dollars']) {
    await fireEvent.change(box(/Bill/), { target: { value: '' } });
    await fireEvent.change(box(/Bill/), { target: { value: typed } });
    expect(box(/Bill/).value, typed).toBe('12.50');
  }
});

it('a sum has the decimals that the core says, whatever the browser would take', async () => {
  const { app } = makeClinic({});
  takeAppState({ ...app, clinic: { ...app.clinic!, currency: 'COP', currency_digits: 2 } });
  render(MoneyField, { label: 'Bill', cents: 4_500_000 });
  expect(box(/Bill/).value).toBe('45000.00');
  await fireEvent.change(box(/Bill/), { target: { value: '12000' } });
  expect(box(/Bill/).value).toBe('12000.00');
  takeAppState({ ...app, clinic: null });
});

it('what is no date is shown as it stands, and another can be chosen', async () => {
  render(DatePicker, { label: 'Last bath', value: 'last spring' });
  const field = screen.getByRole('button', { name: 'Last bath: last spring' });
  expect(field.textContent).toContain('last spring');
  await fireEvent.click(field);
  expect(await screen.findByRole('combobox', { name: 'Year' })).toBeTruthy();
});

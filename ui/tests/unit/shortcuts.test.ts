import { afterEach, expect, it, vi } from 'vitest';
import { allCommands, registerCommands } from '$lib/commands/registry.svelte';
import { keysOf, onShortcut, pressed, takesText } from '$lib/commands/shortcuts';

const stop: (() => void)[] = [];
afterEach(() => stop.splice(0).forEach((run) => run()));

function command(shortcut: string) {
  const run = vi.fn();
  stop.push(
    registerCommands([{ id: `test.${shortcut}`, title: 'common.undo', group: 'command.group_do', shortcut, run }]),
  );
  return run;
}

function press(key: string, target: HTMLElement = document.createElement('div'), more: KeyboardEventInit = {}): void {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
  document.body.append(target);
  target.addEventListener('keydown', (heard) => onShortcut(heard), { once: true });
  target.dispatchEvent(event);
}

it('names what was pressed', () => {
  const name = (key: string, more: KeyboardEventInit = {}) => pressed(new KeyboardEvent('keydown', { key, ...more }));
  expect(name('D', { shiftKey: true })).toBe('shift+d');
  expect(name('?', { shiftKey: true })).toBe('?');
  expect(name('k', { ctrlKey: true })).toBe('mod+k');
  expect(name('ArrowUp', { altKey: true, shiftKey: true })).toBe('alt+shift+ArrowUp');
  expect(keysOf('mod+k')).toEqual(['Ctrl', 'K']);
  expect(['mod++', '+', 'mod+-'].map(keysOf)).toEqual([['Ctrl', '+'], ['+'], ['Ctrl', '-']]);
});

it('knows a digit with Option on a Mac, which writes another sign there', () => {
  const name = (more: KeyboardEventInit) => pressed(new KeyboardEvent('keydown', more));
  expect(name({ key: '¡', code: 'Digit1', altKey: true })).toBe('alt+1');
  expect(name({ key: '2', code: 'Digit2', altKey: true })).toBe('alt+2');
  expect(name({ key: '@', code: 'Digit2' })).toBe('@');
  expect(name({ key: 'å', code: 'KeyA', altKey: true })).toBe('alt+å');
});

it('offers one command of each id: of what is shown rather than what can be done from anywhere, in whichever order they came', () => {
  const of = (run: () => void, isGeneral: boolean) => ({
    id: 'test.print',
    title: 'common.undo' as const,
    group: 'command.group_do' as const,
    isGeneral,
    run,
  });
  const [general, shown] = [vi.fn(), vi.fn()];
  const offered = () => allCommands().filter(({ id }) => id === 'test.print');
  const stopShown = registerCommands([of(shown, false)]);
  stop.push(registerCommands([of(general, true)]));
  expect(offered().map(({ run }) => run)).toEqual([shown]);
  stopShown();
  expect(offered().map(({ run }) => run)).toEqual([general]);
});

it('runs a single key anywhere but in a text field', () => {
  const run = command('d');
  press('d');
  expect(run).toHaveBeenCalledOnce();
  press('d', document.createElement('input'));
  press('d', document.createElement('textarea'));
  expect(run).toHaveBeenCalledOnce();
});

it('leaves Ctrl+Z to a text field and takes Ctrl+K from it', () => {
  const undo = command('mod+z');
  const palette = command('mod+k');
  const input = document.createElement('input');
  press('z', input, { ctrlKey: true });
  press('k', input, { ctrlKey: true });
  expect(undo).not.toHaveBeenCalled();
  expect(palette).toHaveBeenCalledOnce();
});

it('takes nothing back behind an open dialog or beside a form, wherever the focus is', () => {
  const undo = command('mod+z');
  const box = () => Object.assign(document.createElement('input'), { type: 'checkbox' });
  for (const html of [
    '<div role="dialog" data-state="open" data-modal></div>',
    '<div role="menu" data-state="open"></div>',
    '<aside><form></form></aside>',
  ]) {
    const open = document.body.appendChild(document.createElement('div'));
    open.innerHTML = html;
    press('z', box(), { ctrlKey: true });
    open.remove();
    expect(undo).not.toHaveBeenCalled();
  }
  press('z', box(), { ctrlKey: true });
  expect(undo).toHaveBeenCalledOnce();
});

it('does nothing behind an open dialog', () => {
  const run = command('w');
  const dialog = document.createElement('div');
  dialog.setAttribute('role', 'dialog');
  dialog.dataset.state = 'open';
  dialog.dataset.modal = '';
  document.body.append(dialog);
  press('w', document.createElement('div'));
  dialog.remove();
  expect(run).not.toHaveBeenCalled();
});

it('knows a text field from a box to tick', () => {
  const box = Object.assign(document.createElement('input'), { type: 'checkbox' });
  expect(takesText(box)).toBe(false);
  expect(takesText(document.createElement('input'))).toBe(true);
  expect(takesText(null)).toBe(false);
});

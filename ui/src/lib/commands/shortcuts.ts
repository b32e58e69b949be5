import { allCommands } from './registry.svelte';

const isMac = /Mac/.test(navigator.platform);

/** `mod+shift+z` of a key press; a letter counts whatever the case. Shift is part of the character for signs such as `?`. */
export function pressed(event: KeyboardEvent): string {
  // With Option, a digit of a Mac's keyboard writes another sign.
  const digit = event.altKey ? /^Digit(\d)$/.exec(event.code)?.[1] : undefined;
  const key = digit ?? (event.key.length === 1 ? event.key.toLowerCase() : event.key);
  const isLetter = /^[a-z]$/.test(key);
  const mod = isMac ? event.metaKey : event.ctrlKey;
  return [mod && 'mod', event.altKey && 'alt', event.shiftKey && (isLetter || key.length > 1) && 'shift', key]
    .filter(Boolean)
    .join('+');
}

/** Whether what has the focus takes letters itself. */
export function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) return !/^(checkbox|radio|button|submit|range|color)$/.test(target.type);
  return target.matches('textarea, select, [role="combobox"], [role="textbox"], [role="spinbutton"]');
}

/** Whether a dialog or a menu is open: the letters belong to it then. */
const isSomethingOpen = (): boolean =>
  document.querySelector(
    '[role="dialog"][data-state="open"][data-modal], [role="menu"][data-state="open"], [role="listbox"][data-state="open"]',
  ) !== null;

/** Whether something is being filled in beside what is shown. Taking back what was done is not meant then, but what was typed. */
const isFormBeside = (): boolean => document.querySelector('aside form') !== null;

/** Runs the command whose shortcut was pressed. */
export function onShortcut(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const combination = pressed(event);
  const hasMod = combination.startsWith('mod+');
  const isUndo = combination === 'mod+z';
  if (takesText(event.target) && (!hasMod || isUndo)) return;
  if ((!hasMod || isUndo) && isSomethingOpen()) return;
  if (isUndo && isFormBeside()) return;
  const command = allCommands().find(({ shortcut }) => shortcut === combination);
  if (!command) return;
  event.preventDefault();
  command.run();
}

const SIGNS: Record<string, string> = {
  mod: isMac ? '⌘' : 'Ctrl',
  alt: isMac ? '⌥' : 'Alt',
  shift: '⇧',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
};

/** The keys to show for a shortcut: `mod+k` is Ctrl, K. */
export const keysOf = (shortcut: string): string[] =>
  shortcut.split(/(?<=.)\+(?=.)/).map((key) => SIGNS[key] ?? (key.length === 1 ? key.toUpperCase() : key));

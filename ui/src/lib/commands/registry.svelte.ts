import { SvelteMap } from 'svelte/reactivity';
import { t, type PlainKey } from '$lib/i18n/index.svelte';

/** Something a person can do from anywhere: it stands in the palette with its shortcut. */
export interface Command {
  /** Stable, `area.verb`. */
  id: string;
  /** Its name in the catalogue. */
  title: PlainKey;
  /** The heading it stands under. */
  group: PlainKey;
  /** `d`, `/`, `?`, `mod+k`; off in text fields unless it has `mod`. */
  shortcut?: string;
  /** Other words it is found by. */
  keywords?: PlainKey;
  run: () => void;
}

const registered = new SvelteMap<string, Command>();

/** Adds commands; returns what takes them away again. An area that is shown for a while registers in an `$effect`. */
export function registerCommands(commands: Command[]): () => void {
  for (const command of commands) registered.set(command.id, command);
  return () => {
    for (const command of commands) if (registered.get(command.id) === command) registered.delete(command.id);
  };
}

/** All commands now, by group and then in the order they came. */
export function allCommands(): Command[] {
  const groups = [...new Set([...registered.values()].map((command) => command.group))];
  return groups.flatMap((group) => [...registered.values()].filter((command) => command.group === group));
}

export const commandTitle = (command: Command): string => t(command.title);

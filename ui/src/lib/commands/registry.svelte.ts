import { SvelteSet } from 'svelte/reactivity';
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
  /** It gives way to one of the same id that knows more: the day that is shown, whom it is for. */
  isGeneral?: boolean;
  run: () => void;
}

const registered = new SvelteSet<Command[]>();
/** What is open comes first. */
const FIRST: PlainKey[] = ['visit.visit', 'palette.group_client', 'palette.group_pet', 'record.table_waitlist_entries'];

/** Adds commands; returns what takes them away again. An area that is shown for a while registers in an `$effect`. */
export function registerCommands(commands: Command[]): () => void {
  registered.add(commands);
  return () => void registered.delete(commands);
}

/** All commands now, by group and then in the order they came; one of each id. */
export function allCommands(): Command[] {
  const found = new Map<string, Command>();
  for (const command of [...registered].flat()) {
    const other = found.get(command.id);
    if (!other || other.isGeneral || !command.isGeneral) found.set(command.id, command);
  }
  const all = [...found.values()];
  const groups = [...new Set(all.map(({ group }) => group))];
  const ordered = [
    ...FIRST.filter((group) => groups.includes(group)),
    ...groups.filter((group) => !FIRST.includes(group)),
  ];
  return ordered.flatMap((group) => all.filter((command) => command.group === group));
}

export const commandTitle = (command: Command): string => t(command.title);

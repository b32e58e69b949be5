import type { Command } from '$lib/commands/registry.svelte';
import { undoLast } from '$lib/data/saving';
import { back, go } from '$lib/router.svelte';
import { SECTIONS } from '$areas/settings/sections';
import { syncNow } from '$lib/sync/actions';
import { setTheme } from '$lib/theme.svelte';
import { now } from '$lib/time/clock.svelte';
import { dateOf } from '$lib/time/zone';
import { clinicZone } from '$lib/session.svelte';
import { zoomUsual, zoomWindowBy } from '$lib/zoom.svelte';
import {
  backUp,
  focusSearch,
  lockDesk,
  newBooking,
  newClient,
  overlays,
  togglePalette,
  walkIn,
} from './actions.svelte';
import { printDaySheet } from './print';

const ALWAYS: Command[] = [
  {
    id: 'booking.new',
    title: 'command.new_booking',
    group: 'command.group_do',
    shortcut: 'c',
    run: () => newBooking(),
  },
  {
    id: 'booking.walk_in',
    title: 'today.walk_in',
    group: 'command.group_do',
    keywords: 'booking.walk_in',
    run: walkIn,
  },
  { id: 'client.new', title: 'shell.new_client', group: 'command.group_do', run: newClient },
  {
    id: 'waitlist.add',
    title: 'waitlist.add',
    group: 'command.group_do',
    isGeneral: true,
    run: () => go('/waitlist', { new: '1' }),
  },
  {
    id: 'day.print',
    title: 'palette.print_today',
    group: 'command.group_do',
    isGeneral: true,
    run: () => void printDaySheet(dateOf(now(), clinicZone()), null),
  },
  { id: 'search.focus', title: 'command.search', group: 'command.group_do', shortcut: '/', run: focusSearch },
  { id: 'undo.last', title: 'command.undo', group: 'command.group_do', shortcut: 'mod+z', run: () => void undoLast() },
  { id: 'desk.lock', title: 'command.lock', group: 'command.group_do', shortcut: 'mod+l', run: () => void lockDesk() },
  {
    id: 'pin.change',
    title: 'shell.change_pin',
    group: 'command.group_do',
    run: () => (overlays.pin = true),
  },
  { id: 'backup.now', title: 'command.backup', group: 'command.group_do', run: () => void backUp() },
  { id: 'go.back', title: 'common.back', group: 'command.group_go', shortcut: 'alt+ArrowLeft', run: back },
  {
    id: 'go.schedule',
    title: 'command.go_schedule',
    group: 'command.group_go',
    shortcut: 'alt+1',
    run: () => go('/schedule'),
  },
  { id: 'go.today', title: 'command.go_today', group: 'command.group_go', shortcut: 'alt+2', run: () => go('/today') },
  {
    id: 'go.clients',
    title: 'command.go_clients',
    group: 'command.group_go',
    shortcut: 'alt+3',
    run: () => go('/clients'),
  },
  {
    id: 'go.waitlist',
    title: 'command.go_waitlist',
    group: 'command.group_go',
    shortcut: 'alt+4',
    run: () => go('/waitlist'),
  },
  {
    id: 'go.attention',
    title: 'command.go_attention',
    group: 'command.group_go',
    shortcut: 'alt+5',
    run: () => go('/attention'),
  },
  {
    id: 'go.settings',
    title: 'command.go_settings',
    group: 'command.group_go',
    shortcut: 'alt+6',
    run: () => go('/settings/clinic'),
  },
  { id: 'look.light', title: 'shell.theme_light', group: 'command.group_look', run: () => setTheme('light') },
  { id: 'look.dark', title: 'shell.theme_dark', group: 'command.group_look', run: () => setTheme('dark') },
  { id: 'look.system', title: 'shell.theme_system', group: 'command.group_look', run: () => setTheme('system') },
  {
    id: 'look.larger',
    title: 'palette.larger',
    group: 'command.group_look',
    shortcut: 'mod++',
    run: () => zoomWindowBy(1),
  },
  {
    id: 'look.smaller',
    title: 'palette.smaller',
    group: 'command.group_look',
    shortcut: 'mod+-',
    run: () => zoomWindowBy(-1),
  },
  { id: 'look.usual', title: 'palette.usual_size', group: 'command.group_look', shortcut: 'mod+0', run: zoomUsual },
  {
    id: 'palette.open',
    title: 'command.palette',
    group: 'command.group_do',
    shortcut: 'mod+k',
    run: togglePalette,
  },
  {
    id: 'shortcuts.open',
    title: 'command.shortcuts',
    group: 'command.group_do',
    shortcut: '?',
    run: () => (overlays.shortcuts = !overlays.shortcuts),
  },
];

const MANAGING: Command[] = [
  { id: 'go.import', title: 'command.go_import', group: 'command.group_do', run: () => go('/import') },
  { id: 'data.export', title: 'clients.export', group: 'command.group_do', run: () => go('/settings/data') },
];
const SYNC: Command = { id: 'sync.now', title: 'hub.now', group: 'command.group_do', run: () => void syncNow() };
const LET_IN: Command = {
  id: 'sync.let_in',
  title: 'hub.let_in',
  group: 'command.group_do',
  run: () => (overlays.code = true),
};

/** What can be done from anywhere. Areas register their own beside these. */
export const shellCommands = ({ isConnected, mayManage }: { isConnected: boolean; mayManage: boolean }): Command[] => [
  ...ALWAYS,
  ...(mayManage ? MANAGING : []),
  ...(isConnected ? [SYNC] : []),
  ...(isConnected && mayManage ? [LET_IN] : []),
  ...SECTIONS.map((section): Command => ({
    id: `settings.${section}`,
    title: `settings.${section}`,
    group: 'shell.settings',
    keywords: 'shell.settings',
    run: () => go(`/settings/${section}`),
  })),
];

// What is done seldom: it has no shortcut, so that it is loaded with the palette.
import type { Command } from '$lib/commands/registry.svelte';
import { go, route } from '$lib/router.svelte';

interface May {
  isConnected: boolean;
  isDemo: boolean;
  hasRecovery: boolean;
  mayManage: boolean;
  isOwner: boolean;
}

const group = 'shell.settings';
/** Leads to a button of the settings, where something is asked before it is done. */
const to = (section: string, at: string) => () => go(`/settings/${section}`, { at });

const MANAGING: Command[] = [
  { id: 'staff.new', title: 'settings.new_staff', group, run: () => go('/settings/staff', { new: '1' }) },
  { id: 'service.new', title: 'settings.new_service', group, run: () => go('/settings/services', { new: '1' }) },
  {
    id: 'override.new',
    title: 'settings.add_override',
    group,
    // Of the colleague whose hours are on the screen, where they are.
    run: () =>
      go('/settings/hours', {
        person: route.path === '/settings/hours' ? (route.query('person') ?? undefined) : undefined,
        new: '1',
      }),
  },
  { id: 'second.choose', title: 'palette.second', group, run: to('desk', 'second') },
  { id: 'backup.restore', title: 'palette.restore', group, run: to('data', 'restore') },
  { id: 'derived.make', title: 'palette.make_anew', group, run: to('data', 'anew') },
];
const CONNECT: Command = { id: 'hub.connect', title: 'hub.connect', group, run: to('sync', 'connect') };
const CONNECTED: Command[] = [
  { id: 'hub.rebuild', title: 'hub.rebuild', group, run: to('sync', 'rebuild') },
  { id: 'hub.leave', title: 'hub.leave', group, run: to('sync', 'leave') },
];

export const rareCommands = ({ isConnected, isDemo, hasRecovery, mayManage, isOwner }: May): Command[] => [
  ...(mayManage ? [...MANAGING, ...(isConnected ? CONNECTED : [CONNECT])] : []),
  ...(isOwner
    ? [
        {
          id: 'recovery.set',
          title: hasRecovery ? 'palette.recovery_change' : 'palette.recovery_set',
          group,
          run: to('desk', 'recovery'),
        } as const,
        { id: 'key.change', title: 'key.change_title', group, run: to('desk', 'key') } as const,
      ]
    : []),
  ...(mayManage
    ? [
        {
          id: 'clinic.leave',
          title: isDemo ? 'key.demo_leave' : 'palette.leave_clinic',
          group,
          run: to('desk', 'leave'),
        } as const,
      ]
    : []),
];

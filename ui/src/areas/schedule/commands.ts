import type { Command } from '$lib/commands/registry.svelte';
import type { View } from './address';

interface ScheduleActions {
  view: (view: View) => void;
  today: () => void;
  step: (by: number) => void;
  zoom: (by: number) => void;
  aim: () => void;
}

/** The keys of Google's calendar. */
export function scheduleCommands(on: ScheduleActions): Command[] {
  const group = 'command.group_schedule';
  return [
    { id: 'schedule.day', title: 'schedule.show_day', group, shortcut: 'd', run: () => on.view('day') },
    { id: 'schedule.week', title: 'schedule.show_week', group, shortcut: 'w', run: () => on.view('week') },
    { id: 'schedule.month', title: 'schedule.show_month', group, shortcut: 'm', run: () => on.view('month') },
    { id: 'schedule.today', title: 'schedule.go_today', group, shortcut: 't', run: on.today },
    { id: 'schedule.next', title: 'schedule.next', group, shortcut: 'j', run: () => on.step(1) },
    { id: 'schedule.previous', title: 'schedule.previous', group, shortcut: 'k', run: () => on.step(-1) },
    { id: 'schedule.aim', title: 'schedule.aim', group, shortcut: 'b', run: on.aim },
    { id: 'schedule.zoom_in', title: 'schedule.zoom_in', group, shortcut: '+', run: () => on.zoom(1) },
    { id: 'schedule.zoom_out', title: 'schedule.zoom_out', group, shortcut: '-', run: () => on.zoom(-1) },
  ];
}

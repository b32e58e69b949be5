import { mockIPC, mockWindows } from '@tauri-apps/api/mocks';
import { emit } from '@tauri-apps/api/event';
import { appHandlers } from './app';
import type { MockOptions } from './clinic';
import { hubHandlers } from './hub';
import { messageHandlers } from './messages';
import { peopleHandlers } from './people';
import { rhythmHandlers } from './rhythm';
import { samePetsHandlers } from './same-pets';
import { scheduleHandlers } from './schedule';
import { World, type Args, type Handlers } from './world';

/** Answers the shell's commands from a clinic in memory. */
export function installMock(options: MockOptions = {}): World {
  const world = new World(options, (event, payload) => void emit(event, payload));
  const handlers: Handlers = {
    ...appHandlers(world),
    ...scheduleHandlers(world),
    ...rhythmHandlers(world),
    ...peopleHandlers(world),
    ...samePetsHandlers(world),
    ...messageHandlers(world),
    ...hubHandlers(world),
  };
  mockWindows('main');
  mockIPC(
    (command, args) => {
      const handler = handlers[command];
      if (handler) return late(structuredCopy(handler(args as Args)), world.slow[command]);
      if (command === 'plugin:dialog|save') return '/home/desk/Documents/day-sheet.pdf';
      if (command === 'plugin:dialog|open')
        return (args as Args).options?.directory ? '/media/stick' : '/home/desk/Documents/clients.csv';
      if (command.startsWith('plugin:')) return null;
      throw `command ${command} not found`;
    },
    { shouldMockEvents: true },
  );
  return world;
}

/** An answer that takes its time, where it does. */
const late = (answer: unknown, millis: number | undefined): unknown =>
  millis === undefined ? answer : new Promise((resolve) => setTimeout(() => resolve(answer), millis));

/** What crosses the IPC is a copy. */
function structuredCopy(value: unknown): unknown {
  if (value instanceof Promise) return value.then(structuredCopy);
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

import type { Page } from '@playwright/test';
import type { Refusal, RefusalCode } from '../../src/lib/backend/bindings';

type Why = RefusalCode | Pick<Refusal, 'code' | 'field'>;

interface Commands {
  /** What was asked of the core since, in order. */
  asked: { command: string; args: Record<string, unknown> }[];
  /** Commands that are answered when they are let go, with what lets each question go. */
  held: Record<string, (() => void)[]>;
  /** Commands that are refused. */
  refused: Record<string, Why>;
}

declare global {
  interface Window {
    petrelCommands?: Commands;
    __TAURI_INTERNALS__: {
      invoke: (command: string, args: Record<string, unknown>, more: unknown) => Promise<unknown>;
    };
  }
}

/** Writes down from now on what the screens ask of the core; the answers of some commands are held back, others are refused. */
export const watchCommands = (
  page: Page,
  { held = [], refused = {} }: { held?: string[]; refused?: Record<string, Why> } = {},
): Promise<void> =>
  page.evaluate(
    ([holding, refusing]) => {
      const internals = window.__TAURI_INTERNALS__;
      const { invoke } = internals;
      const commands: Commands = {
        asked: [],
        held: Object.fromEntries(holding.map((command) => [command, []])),
        refused: refusing,
      };
      window.petrelCommands = commands;
      internals.invoke = async (command, args, more) => {
        commands.asked.push({ command, args });
        const waiting = commands.held[command];
        if (waiting) await new Promise<void>((resolve) => waiting.push(resolve));
        const why = commands.refused[command];
        if (why) {
          const named = typeof why === 'string' ? { code: why, field: null } : why;
          throw { ...named, limit: null, until: null, alternatives: [], detail: null };
        }
        return invoke(command, args, more);
      };
    },
    [held, refused] as const,
  );

/** How often a command was asked, and with what the last time. */
export const askedOf = (page: Page, command: string): Promise<{ times: number; last?: Record<string, unknown> }> =>
  page.evaluate((wanted) => {
    const asked = window.petrelCommands!.asked.filter((each) => each.command === wanted);
    return { times: asked.length, last: asked.at(-1)?.args };
  }, command);

/** Answers one question that was held back, the first of them where nothing is said. */
export const letGo = (page: Page, command: string, which = 0): Promise<void> =>
  page.evaluate(([wanted, index]) => window.petrelCommands!.held[wanted]!.splice(index, 1).forEach((go) => go()), [
    command,
    which,
  ] as const);

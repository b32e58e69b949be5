import { commands, type Refusal } from './bindings';
import { RefusalError, refusalOf } from './refusal';

type Answer<T> = { status: 'ok'; data: T } | { status: 'error'; error: unknown };
type Commands = typeof commands;
type Unwrapped<F> = F extends (...args: infer A) => Promise<infer R>
  ? (...args: A) => Promise<R extends { status: 'ok'; data: infer T } ? T : never>
  : never;

/** The core's commands: each gives its value or throws a `RefusalError`. */
export type Backend = { [Name in keyof Commands]: Unwrapped<Commands[Name]> };

function isRefusal(error: unknown): error is Refusal {
  return typeof error === 'object' && error !== null && 'code' in error;
}

function unwrapped(command: (...args: never[]) => Promise<Answer<unknown>>) {
  return async (...args: never[]) => {
    const answer = await command(...args).catch((thrown): Answer<unknown> => ({ status: 'error', error: thrown }));
    if (answer.status === 'ok') return answer.data;
    throw new RefusalError(isRefusal(answer.error) ? answer.error : refusalOf(answer.error));
  };
}

export const backend = Object.fromEntries(
  Object.entries(commands).map(([name, command]) => [name, unwrapped(command as never)]),
) as Backend;

import { describe, expect, it } from 'vitest';
import { once, single } from '$lib/data/once';

describe('a write that is asked for twice', () => {
  it('runs once until it is done, and can be asked for again then', async () => {
    const asked: { id: string; settle: (works: boolean) => void }[] = [];
    const write = once(
      (id: string) =>
        new Promise<void>((done, fail) =>
          asked.push({ id, settle: (works) => (works ? done() : fail(new Error('no'))) }),
        ),
    );
    const first = write('a');
    await write('b');
    expect(asked.map(({ id }) => id)).toEqual(['a']);
    asked[0]!.settle(false);
    await expect(first).rejects.toThrow('no');
    void write('c');
    expect(asked.map(({ id }) => id)).toEqual(['a', 'c']);
  });

  it('keeps a form from being sent by the browser each time', () => {
    const write = once((_event: Event) => new Promise(() => undefined));
    const events = [1, 2].map(() => new Event('submit', { cancelable: true }));
    for (const event of events) void write(event);
    expect(events.map(({ defaultPrevented }) => defaultPrevented)).toEqual([true, true]);
  });

  it('is not meant by the second click of a double click', () => {
    let count = 0;
    const press = single(() => (count += 1));
    for (const detail of [1, 2, 0]) press(new MouseEvent('click', { detail }));
    expect(count).toBe(2);
  });
});

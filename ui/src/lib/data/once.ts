/**
 * A write that is not begun again while it runs: who presses a button twice means it once. The event of a form is taken from the browser
 * each time, which would send the form itself.
 */
export function once<A extends unknown[]>(write: (...args: A) => Promise<unknown>): (...args: A) => Promise<void> {
  let isRunning = false;
  return async (...args) => {
    const [event] = args;
    if (event instanceof Event) event.preventDefault();
    if (isRunning) return;
    isRunning = true;
    try {
      await write(...args);
    } finally {
      isRunning = false;
    }
  };
}

/** For a button whose place another takes as soon as it was pressed: the second click of a double click is not meant for that one. */
export const single =
  (press: () => unknown) =>
  (event: MouseEvent): void => {
    if (event.detail < 2) press();
  };

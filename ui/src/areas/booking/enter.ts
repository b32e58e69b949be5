/** In a form within the booking Enter does what its own button does; Ctrl+Enter books, as everywhere. */
export const enterTo =
  (run: () => void) =>
  (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || event.isComposing) return;
    event.preventDefault();
    run();
  };

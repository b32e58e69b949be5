/**
 * While a field holds what cannot be read its form is not sent: what would be saved is not what was typed.
 * To be attached to the field's control; `isUnread` looks at what stands in it.
 */
export const holdsForm = (isUnread: (input: HTMLInputElement) => boolean) => (input: HTMLInputElement) => {
  function stop(event: Event): void {
    if (event.target !== input.form || !isUnread(input)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    input.focus();
  }
  document.addEventListener('submit', stop, { capture: true });
  return () => document.removeEventListener('submit', stop, { capture: true });
};

import { untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';
import { go, route } from '$lib/router.svelte';

/**
 * Where the palette leads on a screen: what the address names (`at`) has the focus as soon as it is there. The name leaves the address
 * then: whoever comes back later is led nowhere.
 */
export function aimedAt(name: string): Attachment<HTMLElement> {
  return (element) => {
    if (route.query('at') !== name) return;
    untrack(() => go(route.path, {}, { replace: true }));
    const target = element.matches('button') ? element : element.querySelector<HTMLElement>('input, button');
    target?.focus({ preventScroll: true });
    target?.scrollIntoView({ block: 'center' });
  };
}

/** Closes the form that the address opened (`new`). Who went on to another screen while it was saved is not called back. */
export function closeNew(path: string, query: Record<string, string | undefined> = {}): void {
  if (route.path === path) go(path, query, { replace: true });
}

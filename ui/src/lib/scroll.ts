import type { Attachment } from 'svelte/attachments';

const kept = new Map<string, number>();

/** Keeps how far a pane was scrolled under `key`, and brings it back when the screen is shown again. */
export function keepScroll(key: string): Attachment<HTMLElement> {
  return (pane) => {
    pane.scrollTop = kept.get(key) ?? 0;
    const keep = () => kept.set(key, pane.scrollTop);
    pane.addEventListener('scroll', keep, { passive: true });
    return () => pane.removeEventListener('scroll', keep);
  };
}

import type { Attachment } from 'svelte/attachments';

const kept = new Map<string, number>();
/** By these somebody moves a pane themselves. */
const HANDS = ['wheel', 'pointerdown', 'keydown'] as const;

/** How far the pane under `key` was scrolled, in CSS pixels; 0 where nobody did. */
export const scrollKept = (key: string): number => kept.get(key) ?? 0;

/**
 * Keeps how far a pane was scrolled under `key`, and brings it back when the screen is shown again: as soon as what is in it is there, unless
 * somebody scrolls before.
 */
export function keepScroll(key: string): Attachment<HTMLElement> {
  return (pane) => {
    const wanted = scrollKept(key);
    const restore = (): void => {
      pane.scrollTop = wanted;
      if (pane.scrollTop >= wanted - 1) settle();
    };
    let isWaiting = true;
    const arriving = new MutationObserver(restore);
    function settle(): void {
      isWaiting = false;
      arriving.disconnect();
    }
    const keep = (): void => {
      if (!isWaiting) kept.set(key, pane.scrollTop);
    };
    restore();
    if (isWaiting) arriving.observe(pane, { childList: true, subtree: true });
    pane.addEventListener('scroll', keep, { passive: true });
    for (const hand of HANDS) pane.addEventListener(hand, settle, { passive: true });
    return () => {
      settle();
      pane.removeEventListener('scroll', keep);
      for (const hand of HANDS) pane.removeEventListener(hand, settle);
    };
  };
}

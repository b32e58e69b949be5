import { tick } from 'svelte';

const CARD = 'article[data-id]';

/** What opens a card, where it stands on the board. */
export const openerOf = (id: string): HTMLElement | null =>
  document.querySelector<HTMLElement>(`${CARD}[data-id="${CSS.escape(id)}"] button`);

/**
 * A card that goes to another lane takes the focus along: the button that had it is gone, and the keys would begin at the top of the window. To be
 * called while the screen is set up; which card has the focus must be known before `lanes` are drawn anew.
 */
export function focusFollows(lanes: () => unknown): void {
  $effect.pre(() => {
    lanes();
    const held = document.activeElement?.closest<HTMLElement>(CARD)?.dataset.id;
    if (held === undefined) return;
    void tick().then(() => {
      if (document.activeElement !== document.body) return;
      openerOf(held)?.focus();
    });
  });
}

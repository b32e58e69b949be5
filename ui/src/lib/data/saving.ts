import { backend, refusalOf, type Refusal, type Saved } from '$lib/backend';
import { refusalText } from '$lib/i18n/refusals';
import { t } from '$lib/i18n/index.svelte';
import { toast } from 'svelte-sonner';
import { invalidate } from './live';

/** How long a toast offers to undo. */
export const UNDO_MILLIS = 8000;

interface ToastAction {
  label: string;
  run: () => void;
}

/** Says what was done and offers to undo it, and one thing more (such as telling the client). */
export function toastSaved<T>(message: string, saved: Saved<T>, more?: ToastAction): void {
  const action = saved.undo;
  toast(message, {
    duration: UNDO_MILLIS,
    action: action === null ? undefined : { label: t('common.undo'), onClick: () => void undo(action) },
    cancel: more && { label: more.label, onClick: more.run },
  });
}

/** Why nothing was done. */
export const toastSaid = (message: string): void => void toast(message, { duration: UNDO_MILLIS });
export const toastDone = (message: string): void => void toast.success(message);
export const toastRefused = (thrown: unknown): void =>
  void toast.error(refusalText(refusalOf(thrown)), { duration: 8000 });

/**
 * Runs a write: what it changed is asked again at once, and what was done is said with an offer to undo.
 * A refusal goes to `refused` where it is given, else it is said in a toast.
 */
export async function save<T>(
  write: Promise<Saved<T>>,
  options: { done?: string; more?: ToastAction; refused?: (refusal: Refusal) => void } = {},
): Promise<Saved<T> | null> {
  try {
    const saved = await write;
    invalidate(saved.changes);
    if (options.done !== undefined) toastSaved(options.done, saved, options.more);
    return saved;
  } catch (thrown) {
    if (options.refused) options.refused(refusalOf(thrown));
    else toastRefused(thrown);
    return null;
  }
}

export async function undo(action: number): Promise<void> {
  const undone = await save(backend.undo(action));
  if (undone) toastDone(t('common.undone'));
}

/** Ctrl+Z: takes back the last thing done at this desk. */
export async function undoLast(): Promise<void> {
  const offer = await backend.undoOffer().catch(() => null);
  if (offer) await undo(offer.action_id);
  else toast(t('refusal.nothing_to_undo'));
}

import { backend, refusalOf, type Refusal, type Saved } from '$lib/backend';
import { refusalText } from '$lib/i18n/refusals';
import { laterTexts, t } from '$lib/i18n/index.svelte';
import { toast } from 'svelte-sonner';
import { invalidate } from './live';

/** How long a toast offers to undo. */
export const UNDO_MILLIS = 8000;

interface ToastAction {
  label: string;
  run: () => void;
}

/**
 * What a notice offers, pressed once. The next one comes up under the pointer: the second click of a double click is not meant for it, and does not
 * take it away (which a click does that nobody prevented).
 */
const unlessDouble = (run: () => void) => (event: MouseEvent) => {
  if (event.detail > 1) event.preventDefault();
  else run();
};

/**
 * Says what was done and offers to undo it, and one thing more (such as telling the client). Of what took something back (`isBack`) that is said when it is
 * undone: then it is there again.
 */
export function toastSaved<T>(message: string, saved: Saved<T>, more?: ToastAction, isBack = false): void {
  const action = saved.undo;
  toast(message, {
    duration: UNDO_MILLIS,
    action:
      action === null ? undefined : { label: t('common.undo'), onClick: unlessDouble(() => void undo(action, isBack)) },
    cancel: more && { label: more.label, onClick: unlessDouble(more.run) },
  });
}

/** Offers something that follows from what was done, where nobody who goes on with their work is held up by it. */
export const toastOffered = (message: string, { label, run }: ToastAction): void =>
  void toast(message, { duration: UNDO_MILLIS, action: { label, onClick: unlessDouble(run) } });

/** Why nothing was done. */
export const toastSaid = (message: string): void => void toast(message, { duration: UNDO_MILLIS });
export const toastDone = (message: string): void => void toast.success(message);
export const toastRefused = (thrown: unknown): void =>
  void toast.error(refusalText(refusalOf(thrown)), { duration: 8000 });

/** Says that long work is under way as long as it takes, then that it is done or why not. What follows belongs to it, too. */
export async function saying(
  under: string,
  done: string,
  work: () => Promise<unknown>,
  then?: () => Promise<unknown>,
): Promise<void> {
  const said = toast.loading(under, { duration: Infinity });
  try {
    await work();
    toastDone(done);
    await then?.();
  } catch (thrown) {
    toastRefused(thrown);
  } finally {
    toast.dismiss(said);
  }
}

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

/** Takes something back, and offers to bring it back in its turn. */
export async function undo(action: number, isBack = false): Promise<void> {
  const undone = await save(backend.undo(action));
  if (undone) toastSaved(t(isBack ? 'common.redone' : 'common.undone'), undone, undefined, !isBack);
}

/** Ctrl+Z: takes back the last thing done at this desk, and says what that was: it may have been long ago, and somebody else. */
export async function undoLast(): Promise<void> {
  const asked = await backend.undoOffer().catch(toastRefused);
  if (asked === null) toast(t('refusal.nothing_to_undo'));
  if (!asked) return;
  const undone = await save(backend.undo(asked.action_id));
  if (undone) toastSaved(await undoneWords(asked.action), undone, undefined, true);
}

/** The names of actions are not there from the start, and what cannot be loaded holds up nothing. */
async function undoneWords(action: string): Promise<string> {
  try {
    const [{ actionLabel }] = await Promise.all([import('$lib/records/words'), laterTexts()]);
    return t('common.undone_action', { action: actionLabel(action) });
  } catch {
    return t('common.undone');
  }
}

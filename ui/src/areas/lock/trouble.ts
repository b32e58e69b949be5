import type { RefusalCode } from '$lib/backend';

/** What helps where the file cannot be opened. */
export interface Advice {
  text:
    | 'lock.file_busy'
    | 'lock.read_only'
    | 'lock.disk_full'
    | 'lock.disk_trouble'
    | 'lock.wrong_key'
    | 'lock.newer_file'
    | 'lock.corrupt'
    | 'lock.keychain_unavailable'
    | 'lock.key_missing'
    | 'lock.other';
  mayRestore: boolean;
  /** Trying again cannot help: the file will be no other. */
  isRestoreBest?: true;
  maySetAside: boolean;
}

const wait = (text: Advice['text']): Advice => ({ text, mayRestore: false, maySetAside: false });
const replace = (text: Advice['text']): Advice => ({ text, mayRestore: true, maySetAside: true });

const ADVICE: Partial<Record<RefusalCode, Advice>> = {
  file_busy: wait('lock.file_busy'),
  read_only: wait('lock.read_only'),
  disk_full: wait('lock.disk_full'),
  disk_trouble: replace('lock.disk_trouble'),
  newer_file: { ...wait('lock.newer_file'), mayRestore: true },
  keychain_unavailable: replace('lock.keychain_unavailable'),
  wrong_key: replace('lock.wrong_key'),
  corrupt: { ...replace('lock.corrupt'), isRestoreBest: true },
  key_missing: { ...replace('lock.key_missing'), isRestoreBest: true },
};

/** What can be done about a refusal: wait and try again, or put another file in its place. */
export const adviceFor = (code: RefusalCode): Advice => ADVICE[code] ?? replace('lock.other');

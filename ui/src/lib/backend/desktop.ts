// What the desktop gives beside the core's commands: its window, its file dialogs, its file drops.
import { getCurrentWebview } from '@tauri-apps/api/webview';
import { open, save } from '@tauri-apps/plugin-dialog';

import { commands } from './bindings';

export interface FileKind {
  name: string;
  extensions: string[];
}

/** Shows the window, which starts hidden so that nobody sees it empty. `requestAnimationFrame` stands still until then. */
export function showWindow(): void {
  setTimeout(() => void commands.windowReady().catch(() => undefined));
}

/** Draws all of the window larger (2: twice) or smaller. */
export function setWindowZoom(factor: number): void {
  void getCurrentWebview()
    .setZoom(factor)
    .catch(() => undefined);
}

/** Asks where to save; none where the person changed their mind. */
export function askWhereToSave(title: string, defaultPath: string, kind: FileKind | null): Promise<string | null> {
  return save({ title, defaultPath, filters: kind ? [kind] : [] });
}

/** Asks for a file to read. */
export async function askForFile(title: string, kinds: FileKind[]): Promise<string | null> {
  const chosen = await open({ title, filters: kinds, multiple: false, directory: false });
  return typeof chosen === 'string' ? chosen : null;
}

/** Asks for a folder to write into. */
export async function askForFolder(title: string): Promise<string | null> {
  const chosen = await open({ title, multiple: false, directory: true });
  return typeof chosen === 'string' ? chosen : null;
}

/** Calls back with the paths of files dropped on the window, until the returned function is called. */
export function onFilesDropped(callback: (paths: string[]) => void): () => void {
  const listening = getCurrentWebview().onDragDropEvent(({ payload }) => {
    if (payload.type === 'drop' && payload.paths.length > 0) callback(payload.paths);
  });
  return () => void listening.then((stop) => stop());
}

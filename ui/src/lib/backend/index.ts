/** The one place that talks to the shell. Screens import from here alone. */
export type * from './bindings';
export { backend, type Backend } from './backend';
export { RefusalError, isRefused, refusalOf } from './refusal';
export { onAppStateChanged, onChanged, onProgress, onSyncChanged } from './listen';
export {
  askForFile,
  askForFolder,
  askWhereToSave,
  onFilesDropped,
  setWindowZoom,
  showWindow,
  type FileKind,
} from './desktop';

// Loaded by the development server before the program: answers from memory where that was asked for.
import type { MockOptions } from './clinic';
import { installMock } from './install';

const asked = new URLSearchParams(location.search);
if (asked.has('mock')) sessionStorage.setItem('petrel-mock', asked.get('mock') ?? '');
const kept = sessionStorage.getItem('petrel-mock');
if ((kept !== null || import.meta.env.VITE_MOCK) && !('__TAURI_INTERNALS__' in window)) {
  installMock(kept ? { phase: kept as MockOptions['phase'] } : {});
}

// Built into one script that browser tests put before the program: `window.petrelMock` holds the options.
import type { MockOptions } from './clinic';
import { installMock } from './install';
import type { World } from './world';

declare global {
  interface Window {
    petrelMock?: MockOptions;
    petrelWorld?: World;
  }
}

window.petrelWorld = installMock(window.petrelMock);

// Writes src/areas/schedule/board/marks.woff2, the icons of a visit's status as the few letters of a font, its licence beside it, and marks.ts, which
// letter is whose.
// To renew them: `npm install --no-save @tabler/icons-webfont@3.48.0 subset-font@2.9.0 && npm run marks` (the whole font is 67 MB, so it is not kept).
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import subsetFont from 'subset-font';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, '../node_modules/@tabler/icons-webfont/dist');
const folder = join(here, '../src/areas/schedule/board');

/** The icon of each status; src/lib/components/status.ts has the same. */
const ICONS = {
  pending: 'hourglass',
  confirmed: 'calendar-event',
  reminded: 'bell',
  checked_in: 'door-enter',
  in_progress: 'stethoscope',
  completed: 'circle-check',
  cancelled: 'circle-x',
  no_show: 'user-x',
  rescheduled: 'calendar-time',
};

const css = readFileSync(join(dist, 'tabler-icons.css'), 'utf8');
const codes = Object.fromEntries(
  Object.entries(ICONS).map(([status, icon]) => {
    const code = new RegExp(`\\.ti-${icon}:before \\{\\s*content: "\\\\([0-9a-f]+)"`).exec(css)?.[1];
    if (!code) throw new Error(`the font has no icon named ${icon}`);
    return [status, code];
  }),
);
const letters = Object.values(codes).map((code) => String.fromCodePoint(parseInt(code, 16)));
const whole = readFileSync(join(dist, 'fonts/tabler-icons.ttf'));
writeFileSync(join(folder, 'marks.woff2'), await subsetFont(whole, letters.join(''), { targetFormat: 'woff2' }));
writeFileSync(join(folder, 'LICENSE-tabler'), readFileSync(join(dist, '../LICENSE'), 'utf8'));
const { name, version } = JSON.parse(readFileSync(join(dist, '../package.json'), 'utf8'));
writeFileSync(
  join(folder, 'marks.ts'),
  `// Written by \`npm run marks\` from ${name} ${version} (MIT).
import type { AppointmentStatus } from '$lib/backend';

/** The letter of marks.woff2 that is the icon of a status. */
export const MARKS: Record<AppointmentStatus, string> = {
${Object.entries(codes)
  .map(([status, code]) => `  ${status}: '\\u${code}',`)
  .join('\n')}
};
`,
);

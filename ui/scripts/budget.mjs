// Holds the built script to its budgets (gzipped): what is loaded before the first screen, and each area apart.
import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const SHELL_KIB = 130;
const ROUTE_KIB = 60;
const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
const size = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length / 1024;

/** A chunk and all it imports statically. */
function closure(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) closure(next, seen);
  return seen;
}
const sum = (keys) => [...keys].reduce((total, key) => total + size(manifest[key].file), 0);

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const isLanguage = (key) => /virtual:messages\//.test(key);
const shell = closure(entry);
// The shell that stands around every area, and one language: both are there before the first paint.
for (const key of Object.keys(manifest)) {
  if (/src\/lib\/shell\/Shell\.svelte$|virtual:messages\/en$/.test(key)) closure(key, shell);
}
const rows = [['shell', sum(shell), SHELL_KIB]];
for (const key of Object.keys(manifest)) {
  if (!manifest[key].isDynamicEntry || shell.has(key) || isLanguage(key)) continue;
  const own = [...closure(key)].filter((chunk) => !shell.has(chunk));
  rows.push([key.replace(/^src\//, ''), sum(own), ROUTE_KIB]);
}
let isOver = false;
for (const [name, kib, limit] of rows.sort((a, b) => b[1] - a[1])) {
  isOver ||= kib > limit;
  process.stdout.write(`${kib > limit ? 'OVER' : 'ok  '} ${kib.toFixed(1).padStart(7)} KiB of ${limit}  ${name}\n`);
}
process.exitCode = isOver ? 1 : 0;

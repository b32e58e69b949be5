// Writes crates/store/src/breeds/listed.json, the breeds that pets' forms suggest and demo clinics are made of, and their licence beside it, from the
// list that Faker keeps. To renew them: `npm install --save-dev --save-exact @faker-js/faker@latest && npm run breeds`.
import { en } from '@faker-js/faker';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, '../../crates/store/src/breeds');
const from = join(here, '../node_modules/@faker-js/faker');

/** What it has breeds of. Its birds, snakes and rodents are those of the wild. */
const SPECIES = ['dog', 'cat', 'rabbit', 'horse'];

/** A name without what is told about it, in one spelling of its blanks and apostrophes. */
const nameOf = (listed) =>
  listed
    .replace(/ sometimes called .*/, '')
    .replaceAll('’', "'")
    .trim()
    .replace(/\s+/g, ' ');

/** The text of each file, by name. */
export function breedFiles() {
  const { name, version, license } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
  const breeds = SPECIES.map((species) => [species, [...new Set(en.animal[species].map(nameOf))].sort()]);
  const listed = {
    source: `${name} ${version} (npm), locale en`,
    licence: `${license}, as LICENSE-faker says`,
    renewed_by: 'npm run breeds, in ui',
    breeds: Object.fromEntries(breeds),
  };
  return {
    'listed.json': `${JSON.stringify(listed, null, 1)}\n`,
    'LICENSE-faker': readFileSync(join(from, 'LICENSE'), 'utf8'),
  };
}

/** The same as it lies there. */
export const keptBreedFiles = () =>
  Object.fromEntries(Object.keys(breedFiles()).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of Object.entries(breedFiles())) writeFileSync(join(folder, name), text);
}

// Writes src/lib/i18n/messages.gen.ts: every key of the English catalogue with the arguments its message takes.
import { parse, TYPE } from '@formatjs/icu-messageformat-parser';
import { readFileSync, readdirSync, writeFileSync, existsSync } from 'node:fs';
import { basename, join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../src/lib/i18n');

/** What stands in `later` is not there before the first screen: the areas that speak of it wait for it (`laterTexts`). */
const FOLDERS = { first: '.', later: 'later' };

/** The messages of a language, `area.key` to text: those of the first screen, those that come later, or all. */
export function catalogue(language, part) {
  const files = part
    ? messageFiles(language, part)
    : Object.keys(FOLDERS).flatMap((each) => messageFiles(language, each));
  const entries = files.flatMap((file) => {
    const area = basename(file, '.json');
    return Object.entries(JSON.parse(readFileSync(file, 'utf8'))).map(([key, text]) => [`${area}.${key}`, text]);
  });
  return new Map(entries);
}

/** The files of a part of a language. */
export function messageFiles(language, part) {
  const folder = join(root, language, FOLDERS[part]);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, name));
}

/** What is shipped of a language: a text as it is, a message with arguments as its parsed form. */
export function compiledMessages(language, part) {
  return Object.fromEntries(
    [...catalogue(language, part)].map(([key, text]) => {
      const parsed = parse(text);
      const isPlain = parsed.every(({ type }) => type === TYPE.literal);
      return [key, isPlain ? parsed.map(({ value }) => value).join('') : parsed];
    }),
  );
}

/** The arguments of a message with their TypeScript types, sorted by name. */
export function argumentsOf(text) {
  const found = new Map();
  const visit = (nodes) => {
    for (const node of nodes) {
      if (node.type === TYPE.argument) found.set(node.value, found.get(node.value) ?? 'string | number');
      else if (node.type === TYPE.number || node.type === TYPE.plural) found.set(node.value, 'number');
      else if (node.type === TYPE.select) found.set(node.value, 'string');
      else if (node.type === TYPE.date || node.type === TYPE.time) found.set(node.value, 'number');
      else if (node.type === TYPE.tag) visit(node.children);
      if (node.options) for (const option of Object.values(node.options)) visit(option.value);
    }
  };
  visit(parse(text));
  return [...found].sort(([a], [b]) => a.localeCompare(b));
}

/** The generated file's text. */
export function messagesFile() {
  const lines = [...catalogue('en')].map(([key, text]) => {
    const args = argumentsOf(text).map(([name, type]) => `${name}: ${type}`);
    return `  '${key}': ${args.length ? `{ ${args.join('; ')} }` : 'undefined'};`;
  });
  return `// Written by scripts/i18n-types.mjs from en/*.json.\nexport interface Messages {\n${lines.join('\n')}\n}\n`;
}

/** Writes the file where it is not there or differs, so that watchers are not woken for nothing. */
export function writeMessages() {
  const path = join(root, 'messages.gen.ts');
  const text = messagesFile();
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeMessages();

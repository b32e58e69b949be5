// Writes src/lib/i18n/messages.gen.ts: every key of the English catalogue with the arguments its message takes.
import { parse, TYPE } from '@formatjs/icu-messageformat-parser';
import { readFileSync, readdirSync, writeFileSync, existsSync } from 'node:fs';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../src/lib/i18n');

/** All messages of a language, `area.key` to text. */
export function catalogue(language) {
  const entries = [];
  for (const file of readdirSync(join(root, language)).sort()) {
    const texts = JSON.parse(readFileSync(join(root, language, file), 'utf8'));
    const area = file.replace(/\.json$/, '');
    for (const [key, text] of Object.entries(texts)) entries.push([`${area}.${key}`, text]);
  }
  return new Map(entries);
}

/** The files of a language. */
export const messageFiles = (language) => readdirSync(join(root, language)).map((file) => join(root, language, file));

/** What is shipped of a language: a text as it is, a message with arguments as its parsed form. */
export function compiledMessages(language) {
  return Object.fromEntries(
    [...catalogue(language)].map(([key, text]) => {
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

import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import { noLiteralText } from './scripts/no-literal-text.mjs';
import svelteConfig from './svelte.config.js';

const TAURI = { group: ['@tauri-apps/*'], message: 'Only lib/backend talks to Tauri: import from $lib/backend.' };

export default ts.config(
  {
    ignores: [
      'dist',
      'test-results',
      'playwright-report',
      'src/lib/backend/bindings.ts',
      'src/lib/i18n/messages.gen.ts',
    ],
  },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    rules: {
      'no-undef': 'off',
      'no-console': ['error', { allow: ['error'] }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-imports': ['error', { patterns: [TAURI] }],
      // Links are made by `href()` of the router's wrapper; SvelteKit's resolve() is not here.
      'svelte/no-navigation-without-resolve': 'off',
      // Maps and sets here are caches and passing values; what the screen follows is a SvelteMap or `$state`.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  { files: ['src/lib/backend/**', 'tests/**'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['src/**/*.svelte'],
    plugins: { petrel: { rules: { 'no-literal-text': noLiteralText } } },
    rules: { 'petrel/no-literal-text': 'error' },
  },
);

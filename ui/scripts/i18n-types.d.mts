import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';

/** What is there before the first screen, or what comes later. */
export type Part = 'first' | 'later';
export function catalogue(language: 'en' | 'es', part?: Part): Map<string, string>;
export function messageFiles(language: 'en' | 'es', part: Part): string[];
export function compiledMessages(language: 'en' | 'es', part: Part): Record<string, string | MessageFormatElement[]>;
export function argumentsOf(text: string): [name: string, type: string][];
export function messagesFile(): string;
export function writeMessages(): void;

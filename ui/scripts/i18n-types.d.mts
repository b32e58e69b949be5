import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';

export function catalogue(language: 'en' | 'es'): Map<string, string>;
export function messageFiles(language: 'en' | 'es'): string[];
export function compiledMessages(language: 'en' | 'es'): Record<string, string | MessageFormatElement[]>;
export function argumentsOf(text: string): [name: string, type: string][];
export function messagesFile(): string;
export function writeMessages(): void;

export function catalogue(language: 'en' | 'es'): Map<string, string>;
export function argumentsOf(text: string): [name: string, type: string][];
export function messagesFile(): string;
export function writeMessages(): void;

import { laterTexts } from '$lib/i18n/index.svelte';

// The router knows a screen that is fetched by its being an `import` and nothing else: so the module itself waits for its words.
await laterTexts();

export { default } from './Import.svelte';

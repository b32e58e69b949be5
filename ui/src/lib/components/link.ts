/** How a link looks among other text. */
export const LINK = 'text-accent-text underline decoration-transparent hover:decoration-current';

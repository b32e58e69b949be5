/** Colours for staff and services: apart from each other also for the colour-blind, legible under dark text in tints. */
export const PALETTE = [
  '#0b7a75',
  '#2563a8',
  '#6d4fc2',
  '#a23b8f',
  '#c0392b',
  '#c86a12',
  '#a88100',
  '#4f8a10',
  '#2f7d4f',
  '#4b6a88',
  '#7a5c45',
  '#6b7280',
] as const;

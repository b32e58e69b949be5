/** The parts of the settings, in order. */
export const SECTIONS = ['clinic', 'staff', 'hours', 'services', 'desk', 'sync', 'data', 'done'] as const;
export type Section = (typeof SECTIONS)[number];

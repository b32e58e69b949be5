import { deskSetting, keepDeskSetting, type DeskSettings } from '$lib/desk-settings';

type Theme = DeskSettings['theme'];
const chosen = $state<{ theme: Theme; isSystemDark: boolean }>({ theme: 'system', isSystemDark: false });

export const theme = (): Theme => chosen.theme;
export const isDark = (): boolean => chosen.theme === 'dark' || (chosen.theme === 'system' && chosen.isSystemDark);

function show(): void {
  document.documentElement.dataset.theme = isDark() ? 'dark' : 'light';
}

export function setTheme(theme: Theme): void {
  chosen.theme = theme;
  show();
  keepDeskSetting('theme', theme);
}

/** Takes up the desk's theme and follows the system where it is told to. */
export async function startTheme(): Promise<void> {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  chosen.isSystemDark = dark.matches;
  dark.addEventListener('change', () => {
    chosen.isSystemDark = dark.matches;
    show();
  });
  show();
  chosen.theme = await deskSetting('theme', 'system');
  show();
}

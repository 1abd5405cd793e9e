import { type Command, type Commands, KEYS, keyLabel } from '../base/keys.ts';
import { t } from '../strings/palette.ts';
import { type Choice, openPalette, type PaletteOptions } from './palette.ts';

export interface PagePaletteOptions extends Omit<PaletteOptions, 'choices'> {
  /** What keys do here and now. */
  readonly commands: Commands;
  changeTheme(): void;
  /** Opens a section of `/setup`, by the name in its address. */
  openSection(section: string): void;
}

/** Opens the palette with the commands and settings of the page. */
export function openPagePalette({
  commands,
  changeTheme,
  openSection,
  ...options
}: PagePaletteOptions): void {
  openPalette({
    ...options,
    choices: [
      ...(Object.keys(KEYS) as Command[]).flatMap((command): Choice[] => {
        const choose = commands[command];
        if (choose === undefined || command === 'palette') return [];
        const label = t.keys[command];
        return [{ group: 'commands', label, icon: 'right', key: keyLabel(command), choose }];
      }),
      { group: 'commands', label: t.changeTheme, icon: 'sun', choose: changeTheme },
      ...Object.entries(t.sections).map(
        ([section, label]): Choice => ({
          group: 'settings',
          label,
          icon: 'sliders',
          choose: () => openSection(section),
        }),
      ),
    ],
  });
}

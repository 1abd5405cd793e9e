import type { forms as English } from '../english/forms.ts';
import { counted, number } from './counted.ts';

export const forms: typeof English = {
  addTo: (label) => `Zu ${label} hinzufügen`,
  needed: 'Das wird gebraucht.',
  none: 'nichts',
  notAnObject: 'Das muss ein einzelnes JSON-Objekt sein.',
  notANumber: 'Das ist keine Zahl.',
  notJson: (why) => `Das ist kein JSON: ${why}.`,
  notWhole: 'Das muss eine ganze Zahl sein.',

  atLeast: (least) => `Mindestens ${number(least)}.`,
  atLeastCharacters: (least) => `Mindestens ${counted(least, 'Zeichen', 'Zeichen')}.`,
  atLeastOne: 'Mindestens eins.',
  atMost: (most) => `Höchstens ${number(most)}.`,
  atMostCharacters: (most, length) =>
    `Höchstens ${counted(most, 'Zeichen', 'Zeichen')}; hier sind es ${number(length)}.`,
  atMostEntries: (most, length) => `Höchstens ${number(most)}; es sind ${number(length)}.`,
  lessThan: (below) => `Weniger als ${number(below)}.`,
  moreThan: (above) => `Mehr als ${number(above)}.`,
  multipleOf: (step) => `Ein Vielfaches von ${number(step)}.`,
  mustMatch: (pattern) => `Es muss zu ${pattern} passen.`,
};

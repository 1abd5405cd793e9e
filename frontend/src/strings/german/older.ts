import type { older as English } from '../english/older.ts';

export const older: typeof English = {
  added: 'Frühere Nachrichten wurden oben eingefügt.',
  again: 'Noch einmal versuchen',
  failed: 'Frühere Nachrichten ließen sich nicht lesen.',
  note: 'Frühere Nachrichten kommen beim Hochscrollen. Bis dahin findet der Browser sie nicht auf der Seite.',
  read: 'Frühere Nachrichten zeigen',
};

import type { sourceDialog as English } from '../english/source_dialog.ts';

export const sourceDialog: typeof English = {
  document: 'Dokument',
  isCut: 'Nur der Teil um die Stelle herum wird gezeigt.',
  missing: 'Das Dokument selbst lässt sich hier nicht anzeigen.',
  nothingQuoted:
    'Das Dokument selbst lässt sich hier nicht anzeigen. Es wurde nichts daraus zitiert.',
  notHere: 'Der Assistent hat diese Datei gemacht, aber sie ist nicht auf diesem Server.',
  opening: 'Das Dokument wird geöffnet…',
};

import type { palette as English } from '../english/palette.ts';

export const palette: typeof English = {
  changeTheme: 'Farben wechseln',
  groups: {
    chats: 'Chats',
    commands: 'Befehle',
    settings: 'Einstellungen',
    tools: 'Werkzeuge',
  },
  found: 'Gefunden',
  nothing: 'Nichts enthält diese Wörter.',
  placeholder: 'Chats, Befehle, Einstellungen, Werkzeuge',
  sections: {
    upstream: 'Upstream: welcher Server antwortet',
    key: 'API-Schlüssel',
    assistant: 'Assistenten: Modell, Anweisungen, Werkzeuge',
    approvals: 'Freigaben: was vorher fragt',
    files: 'Dateien zum Durchsuchen',
    interpreter: 'Code-Interpreter',
    mcp: 'MCP-Server',
    doctor: 'Prüfung',
    usage: 'Verbrauch: Token und Kosten nach Tagen',
  },
  find: 'Suchen',

  keys: {
    palette: 'Chats, Befehle, Einstellungen und Werkzeuge finden',
    newChat: 'Neuer Chat',
    composer: 'Eine Nachricht schreiben',
    editLast: 'Die letzte Nachricht ändern, solange keine geschrieben wird',
    copyAnswer: 'Die letzte Antwort kopieren',
    stop: 'Die Antwort anhalten',
    keys: 'Die Tasten anzeigen',
    title: 'Tasten',
    use: (keys) => [
      'Die Tasten ',
      ...keys.flatMap((key, index) => [index === 0 ? '' : ' und ', key]),
      ' verwenden',
    ],
  },
};

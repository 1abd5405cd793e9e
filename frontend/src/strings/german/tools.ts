import type { tools as English } from '../english/tools.ts';

export const tools: typeof English = {
  asEachSays: 'Wie jedes Werkzeug angibt',
  byDefault: (policy) => `Vorgabe: ${policy}`,
  policies: { never: 'Läuft sofort', ask: 'Fragt vorher', always_allow: 'Immer erlaubt' },
  saved: 'Gespeichert. Es gilt ab dem nächsten Aufruf.',
  builtIn: {
    code_interpreter: {
      title: 'Code-Interpreter',
      text: 'Führt Python aus: beim Upstream, wenn er das anbietet, sonst auf diesem Server.',
    },
    file_search: {
      title: 'Dateisuche',
      text: 'Durchsucht die Dateien unten und die, die an einer Nachricht hängen.',
    },
    web_search: {
      title: 'Websuche',
      text: 'Durchsucht beim Upstream das Web, passend zur Zeitzone des Besuchers, und nennt die Quellen.',
    },
    image_generation: {
      title: 'Bilderzeugung',
      text: 'Macht und ändert Bilder: beim Upstream, wenn er das anbietet, sonst mit IMAGES_MODEL.',
    },
    shell: {
      title: 'Shell',
      text: 'Führt Befehle für Dateien und Texte in der Sandbox dieses Servers aus.',
    },
    apply_patch: {
      title: 'Patches',
      text: 'Legt Textdateien in der Sandbox dieses Servers an und ändert sie.',
    },
    ask_user: {
      title: 'Fragen an Sie',
      text: 'Fragt Sie mit einem kleinen Formular, was nur Sie entscheiden oder wissen können, und wartet auf Ihre Antwort.',
    },
  },
};

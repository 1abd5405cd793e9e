import type { workbench as English } from '../english/workbench.ts';

export const workbench: typeof English = {
  allTools: 'Alle Werkzeuge',
  arguments: 'Argumente',
  choose:
    'Wählen Sie ein Werkzeug, um zu sehen, was es nimmt und was es getan hat, und um es ohne Modell auszuführen.',
  copyCall: 'Aufruf kopieren',
  fillIn: 'Formular ausfüllen',
  find: 'Werkzeug suchen',
  lastCalls: 'Letzte Aufrufe',
  leftOut: 'Ausgelassen',
  leftOutThat: (source, why) => ['Ausgelassen: ', source, `: ${why}`],
  noCalls: 'Noch keiner Ihrer Chats hat es aufgerufen.',
  noneFits: 'Kein Werkzeug passt.',
  noSuch: (name) =>
    `Ein Werkzeug ${name} gibt es nicht. Vielleicht wurde es entfernt, oder seine Datei ist fehlerhaft.`,
  runIt: 'Von Hand ausführen',
  use: 'Diese Argumente verwenden',
  whenCalled: 'Wenn ein Modell es aufruft',
  writeJson: 'JSON schreiben',

  groups: { function: 'Funktionen', builtin: 'Eingebaut', mcp: 'MCP-Server' },
  kinds: { function: 'Funktion', builtin: 'Eingebaut', mcp: 'MCP-Server' },
  statuses: {
    in_progress: 'Wird geschrieben',
    awaiting_approval: 'Wartet auf Sie',
    running: 'Läuft',
    completed: 'Fertig',
    failed: 'Fehlgeschlagen',
    denied: 'Abgelehnt',
    cancelled: 'Angehalten',
    incomplete: 'Abgeschnitten',
  },

  snippets: {
    as: { curl: 'Als curl', python: 'Als Python', test: 'Als Test' },
    call: {
      curl: 'Der Aufruf als curl',
      python: 'Der Aufruf als Python',
      test: 'Der Aufruf als Test',
    },
  },

  run: {
    asks: 'Es fragt Sie etwas.',
    done: (took) => `Fertig${took === null ? '' : ` nach ${took}`}.`,
    failed: (took) => `Fehlgeschlagen${took === null ? '' : ` nach ${took}`}.`,
    last: (outcome) => `Letztes Mal: ${outcome}`,
    run: 'Ausführen',
    running: 'Läuft…',
    told: 'Was einem Modell gesagt wird',
  },

  inChat: {
    calls: (tool) => `In einem Chat ruft das Widget ${tool} auf.`,
    callsOnly: (tool) => `Nur in einem Chat ruft ein Widget ${tool} auf.`,
    sends: (text) => `In einem Chat sendet das Widget: ${text}`,
    tells: (app, text) => `In einem Chat sagt die App ${app} dem Modell: ${text}`,
    writes: (text) => `In einem Chat schreibt das Widget in das Nachrichtenfeld: ${text}`,
  },

  schema: {
    asJson: 'Als JSON-Schema',
    boolean: 'ja oder nein',
    date: 'Datum',
    datetime: 'Datum und Uhrzeit',
    email: 'E-Mail-Adresse',
    listOf: (kind) => `Liste von ${kind}`,
    needed: 'nötig',
    number: 'Zahl',
    object: 'Objekt',
    of: (tool) => `Schema von ${tool}`,
    oneOf: (options) => `eins von ${options}`,
    optional: 'freiwillig',
    otherwise: (value) => `sonst ${value}`,
    severalOf: (options) => `mehrere von ${options}`,
    text: 'Text',
    time: 'Uhrzeit',
    url: 'Adresse',
    whole: 'ganze Zahl',
    limits: {
      minimum: 'mindestens',
      exclusiveMinimum: 'mehr als',
      maximum: 'höchstens',
      exclusiveMaximum: 'weniger als',
      minLength: 'Zeichen mindestens',
      maxLength: 'Zeichen höchstens',
      minItems: 'Einträge mindestens',
      maxItems: 'Einträge höchstens',
      pattern: 'wie',
    },
  },
};

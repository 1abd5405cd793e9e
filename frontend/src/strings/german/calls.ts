import type { calls as English } from '../english/calls.ts';
import { number } from './counted.ts';

const statuses: typeof English.statuses = {
  in_progress: 'In Arbeit',
  awaiting_approval: 'Wartet auf Sie',
  running: 'Läuft',
  completed: 'Fertig',
  failed: 'Fehlgeschlagen',
  denied: 'Abgelehnt',
  cancelled: 'Abgebrochen',
  incomplete: 'Unvollständig',
};

export const calls: typeof English = {
  askedNotLoaded: 'Was hier gefragt wird, konnte nicht geladen werden.',
  announced: (tool, status) => `${tool}: ${statuses[status]}.`,
  card: (tool) => `Werkzeugaufruf: ${tool}`,
  statuses,
  writing: 'Schreibt Argumente',
  titles: {
    diff: 'Patch',
    fileSearch: 'Dateisuche',
    images: 'Bilderzeugung',
    python: 'Code-Interpreter',
    shell: 'Shell',
    toolsOf: (server) => `Werkzeuge von ${server}`,
    webSearch: 'Websuche',
  },
  opened: 'geöffnet:',
  lookedFor: (queries) => `„${queries}“ gesucht in`,

  group: {
    used: (calls, tools, tool) => {
      const what = tools === 1 ? tool : `${tools} Werkzeuge`;
      if (tools === calls) return `${what} verwendet`;
      return tools === 1
        ? `${what} ${calls}-mal verwendet`
        : `${what} in ${calls} Aufrufen verwendet`;
    },
    cancelled: (calls) => `${calls} abgebrochen`,
    denied: (calls) => `${calls} abgelehnt`,
    failed: (calls) => `${calls} fehlgeschlagen`,
    incomplete: (calls) => `${calls} unvollständig`,
  },

  allLines: (lines) => `Alle ${number(lines)} Zeilen zeigen`,
  arguments: 'Argumente',
  argumentsOf: (tool) => `Argumente von ${tool}`,
  code: 'Code',
  codeName: 'dem Code',
  logs: 'Ausgaben',
  moreCharacters: (more) => `… und ${number(more)} weitere Zeichen`,
  namesNoSources: 'Der Server nennt keine Quellen.',
  noArguments: 'Es nimmt keine Argumente.',
  noPrompt: 'Der Prompt ist nicht bekannt.',
  noResults: 'Keine Treffer.',
  onPage: 'Auf der Seite gesucht',
  output: 'Ausgabe',
  outputOf: (tool) => `Ausgabe von ${tool}`,
  page: 'Seite',
  picture: 'Das erzeugte Bild',
  programFailed: 'Das Programm ist fehlgeschlagen.',
  progress: 'Fortschritt',
  prompt: 'Prompt',
  queries: 'Suchanfragen',
  result: (number, tool) => `Ergebnis ${number} von ${tool}`,
  results: 'Ergebnisse',
  score: (score) => `Wert ${score}`,
  sources: 'Quellen',
  traceback: 'Traceback',
  unfinished: 'Ein unfertiges Bild',

  approval: {
    allowWidget: (tool) => ['Darf dieses Widget ', tool, ' ausführen?'],
    deny: 'Ablehnen',
    of: (tool) => `Freigabe von ${tool}`,
    once: 'Einmal erlauben',
  },

  decided: {
    already: 'Schon entschieden. ',
    answerTo: (question) => `Antwort auf ${question}`,
    argumentsBefore: 'Argumente, wie der Assistent sie geschrieben hat',
    before: 'Die Argumente, wie der Assistent sie geschrieben hat',
    byRule: (decision, rule) => [`${decision} durch `, rule, '.'],
    by: {
      script: 'von einem Skript',
      time: '',
      otherTab: 'in einem anderen Tab',
      you: 'von Ihnen',
    },
    changed: 'mit anderen Argumenten',
    doneThere: 'Dort erledigt.',
    notNeeded: 'Es wird keine Antwort mehr gebraucht.',
    decisions: {
      allow: 'Erlaubt',
      deny: 'Abgelehnt',
      answer: 'Beantwortet',
      skip: 'Übersprungen',
      expire: 'Niemand hat rechtzeitig geantwortet',
    },
    rules: { rule: 'das, was Sie immer erlauben', policy: 'das, was dieser Server immer erlaubt' },
    scopes: {
      once: '',
      thread: ', ab jetzt in diesem Chat',
      everywhere: ', ab jetzt überall',
    },
    sentence: (parts, scope) => `${parts.join(' ')}${scope}.`,
  },

  widget: {
    called: (tool) => ['Das Widget hat ', tool, ' aufgerufen.'],
    cannotShow: (name, reason) =>
      `Das Widget ${name} kann diese Ausgabe nicht zeigen, deshalb steht sie hier als JSON. ${reason}`,
    denied: (tool) => `Sie haben den Aufruf von ${tool} abgelehnt.`,
    failed: (tool) => `${tool} ist fehlgeschlagen.`,
    noDefault: (name) => `widgets/${name}.ts hat keinen Default-Export.`,
    noElement: (name) => `Das Widget ${name} hat etwas anderes als ein Element zurückgegeben.`,
    noSuch: (name) => `Ein Widget ${name} gibt es nicht.`,
    notShown: (tool) => `Ein Widget kann nicht zeigen, was ${tool} zurückgibt.`,
  },

  app: {
    back: 'Zurück in den Chat',
    close: 'App schließen',
    closed: 'Sie haben die App geschlossen.',
    enlarge: 'Vergrößern',
    gone: 'Die App ist nicht mehr da.',
    isSilent: 'Der Server antwortet nicht.',
    kind: 'App',
    missing: 'Die App dieses Aufrufs lässt sich nicht anzeigen. Die Ausgabe sagt, warum.',
    of: (title) => `App: ${title}`,
    refused: (places) =>
      `Sie möchte von ${places} laden, was dieser Server nicht erlaubt; deshalb fehlen vielleicht Teile. Wer den Server betreibt, kann es mit APP_DOMAINS erlauben.`,
    show: 'App zeigen',
  },
};

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
    allow: (tool) => ['Darf ', tool, ' damit ausgeführt werden?'],
    allowWidget: (tool) => ['Darf dieses Widget ', tool, ' ausführen?'],
    change: 'Argumente ändern',
    deny: 'Ablehnen',
    denyWhy: 'Ablehnen…',
    everywhere: 'Überall immer',
    inChat: 'In diesem Chat immer',
    inForm: 'In einem Formular ändern',
    asJson: 'Als JSON ändern',
    of: (tool) => `Freigabe von ${tool}`,
    once: 'Einmal erlauben',
    run: 'Damit ausführen',
    whyNot: 'Warum nicht? Der Assistent erfährt es.',
  },

  asked: {
    address: (who) => `Adresse von ${who}`,
    answer: 'Antworten',
    done: 'Dort bin ich fertig',
    noWhy: 'Nein…',
    notOpened: 'Die Adresse lässt sich nicht öffnen.',
    oddHost:
      'Der Name des Servers enthält Buchstaben, die anderen ähnlich sehen: Er führt vielleicht nicht dorthin, wohin es scheint.',
    once: (problem) => `Bitte noch einmal. ${problem}`,
    open: (host) => `${host} öffnen`,
    plain: 'Der Weg dorthin ist nicht verschlüsselt: Andere können lesen, was Sie dort schreiben.',
    question: 'Frage',
    questionOf: (who) => `Frage von ${who}`,
    server: (name, isForm) => [
      'Der MCP-Server ',
      name,
      isForm ? ' fragt. Schreiben Sie hier nie ein Passwort oder einen Schlüssel.' : ' fragt.',
    ],
    skip: 'Überspringen',
    until: (time) => ['Wartet auf Sie bis ', time, '.'],
  },

  changes: {
    after: 'Jetzt',
    app: 'App',
    arguments: 'Argumente',
    before: 'Vorher',
    description: 'Beschreibung',
    hints: 'Was es zu tun angibt',
    label: 'Änderungen',
    lead: 'Der Server hat dieses Werkzeug seit dem letzten Aufruf geändert:',
    title: 'Titel',
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

import type { approvals as english } from '../english/approvals.ts';

export const approvals: typeof english = {
  approval: {
    allow: (tool) => ['Darf ', tool, ' damit ausgeführt werden?'],
    change: 'Argumente ändern',
    denyWhy: 'Ablehnen…',
    everywhere: 'Überall immer',
    inChat: 'In diesem Chat immer',
    inForm: 'In einem Formular ändern',
    asJson: 'Als JSON ändern',
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
};

import type { chat as English } from '../english/chat.ts';
import { counted } from './counted.ts';

export const chat: typeof English = {
  assistant: 'Assistent',
  attached: 'Angehängte Dateien',
  conversation: 'Unterhaltung',
  fromApp: 'Von der App ',
  chat: 'Chat',
  jump: 'Zum Ende',
  picture: 'Bild des Assistenten',
  sources: 'Quellen',
  theAnswer: 'Die Antwort',
  thinking: 'Denkt nach…',
  thoughts: 'Gedanken',
  you: 'Sie',

  announced: {
    answering: 'Eine Antwort wird erarbeitet.',
    connected: 'Wieder verbunden.',
    done: 'Die Antwort ist vollständig.',
    waits: 'Der Assistent wartet auf Sie.',
  },

  apps: {
    label: 'Was Apps dem Assistenten mit Ihrer nächsten Nachricht sagen',
    leaveOut: (title) => `Nicht weitergeben, was die App ${title} sagt`,
  },

  attach: {
    cancel: (name) => `${name} abbrechen`,
    checked: 'Wird geprüft…',
    files: 'Dateien anhängen',
    from: (name, origin) => `${name}, von ${origin}`,
    menu: 'Anhängen',
    isRead: (size) => `${size}, wird gelesen…`,
    obstacle: 'Entfernen Sie die fehlerhafte Datei oder versuchen Sie es erneut.',
    prompt: 'Ein Prompt',
    sent: (percent, size) => `${percent} % von ${size}`,
    server: 'Von einem Server',
    tooMany: (most) => `Eine Nachricht kann höchstens ${most} Dateien haben.`,
    tryAgain: (name) => `${name} erneut versuchen`,
    upload: 'Dateien hochladen',
    uploaded: 'Hochgeladen',
    waiting: (size) => `${size}, wartet`,
  },

  banner: {
    connect: 'Ein Modell verbinden',
    demo: 'Das ist die Demo, keine KI. ',
    hide: 'Diesen Hinweis ausblenden',
  },

  choices: {
    assistants: (value) => `${value} (wie der Assistent)`,
    effort: 'Aufwand',
    gone: 'Nicht mehr vorhanden',
    instructions: 'Anweisungen',
    model: 'Modell ',
    on: ': an',
    server: 'wählt der Server',
    upToModel: 'Wählt das Modell',
    verbosity: 'Ausführlichkeit',
  },

  composer: {
    about: (files) => (files === 1 ? 'Was steht in dieser Datei?' : 'Was steht in diesen Dateien?'),
    afterAnswer: 'Nachrichten, die Sie jetzt senden, warten, bis diese Antwort fertig ist.',
    afterDecision: 'Nachrichten, die Sie jetzt senden, warten, bis oben entschieden ist.',
    afterUpload: 'Ihre Nachricht wird gesendet, sobald ihre Dateien hochgeladen sind.',
    dictate: 'Diktieren',
    enter: (isLine, hasPrompts) =>
      `${isLine ? 'Enter beginnt eine neue Zeile' : 'Enter sendet, Umschalt+Enter beginnt eine neue Zeile'}${hasPrompts ? ', / listet Prompts auf' : ''}.`,
    justSend: (question) => `Sagen Sie, was zu tun ist, oder senden Sie einfach: „${question}“`,
    leftOut: (files) => `(${files} weitere Dateien wurden weggelassen.)`,
    message: 'Nachricht',
    placeholder: 'Fragen Sie etwas',
    send: 'Nachricht senden',
  },

  connection: {
    connecting: 'Verbindung wird hergestellt…',
    lost: 'Verbindung verloren. Neuer Versuch…',
    outdated: 'Der Server hat eine neuere Version dieser Seite. Laden Sie sie neu.',
    refused: 'Der Server hat diese Seite abgelehnt. Laden Sie sie neu.',
    tryNow: 'Jetzt versuchen',
    unknown: 'Diesen Chat gibt es nicht.',
  },

  context: {
    full: (percent) => `Kontext zu ${percent} % voll`,
    title:
      'Wie viel von dem, was das Modell lesen kann, dieser Chat einnimmt. Von einem längeren Chat werden die ältesten Nachrichten weggelassen.',
  },

  end: {
    again: (seconds) => ` Versuchen Sie es in ${counted(seconds, 'Sekunde', 'Sekunden')} erneut.`,
    cutOff: 'Die Antwort wurde abgeschnitten.',
    expired: 'Der Lauf hat zu lange gedauert und ist abgelaufen.',
    failed: 'Der Lauf ist fehlgeschlagen.',
    hear: 'Vorlesen',
    regenerate: 'Neu erzeugen',
    setup: 'Einrichtung öffnen',
    stopReading: 'Vorlesen beenden',
    stopping: 'Wird angehalten…',
    working: 'Arbeitet…',
  },

  feedback: {
    add: 'Kommentar hinzufügen',
    bad: 'Schlechte Antwort',
    change: 'Kommentar ändern',
    good: 'Gute Antwort',
    label: 'Rückmeldung',
    note: 'Wer diesen Server betreibt, kann ihn lesen, samt Frage und Antwort.',
    title: 'Ihr Kommentar zu dieser Antwort',
  },

  message: {
    edit: 'Nachricht bearbeiten',
    next: 'Nächste Version',
    notSent: 'Sie, noch nicht gesendet',
    previous: 'Vorige Version',
    sending: 'Wird gesendet…',
    version: (number, count) => `Version ${number} von ${count}`,
    waiting: 'Wartet auf das Senden',
  },

  missing: {
    lead: 'Er wurde gelöscht, hat nie existiert oder gehört zu einem anderen Browser.',
    start: 'Einen neuen Chat beginnen',
    title: 'Diesen Chat gibt es nicht',
  },

  spoken: { code: 'Code.', picture: (alt) => ` Bild: ${alt} ` },
  notStored: 'Der Chat ist noch nicht gespeichert. Versuchen Sie es gleich noch einmal.',

  waits: {
    allow: 'Alle einmal erlauben',
    deny: 'Alle ablehnen',
    notify: 'Nächstes Mal benachrichtigen',
    show: 'Zeigen',
    skip: 'Überspringen und weitermachen',
    stop: 'Anhalten und senden',
    text: (calls, questions, messages) => {
      const parts = [
        calls > 0 && counted(calls, 'Aufruf', 'Aufrufe'),
        questions > 0 && counted(questions, 'Frage', 'Fragen'),
      ].filter(Boolean);
      const verb = calls + questions === 1 ? 'wartet' : 'warten';
      const behind =
        messages === 0
          ? ''
          : messages === 1
            ? ' Ihre Nachricht wartet dahinter.'
            : ' Ihre Nachrichten warten dahinter.';
      return `${parts.join(' und ')} ${verb} auf Sie.${behind}`;
    },
  },

  welcome: {
    greeting: 'Was möchten Sie wissen?',
    introduction:
      'Stellen Sie eine Frage und sehen Sie dem Assistenten bei der Arbeit zu: Jeder Werkzeugaufruf wird gezeigt, während er geschieht.',
    label: 'Willkommen',
  },
};

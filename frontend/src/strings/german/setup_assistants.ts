import type { setupAssistants as English } from '../english/setup_assistants.ts';

export const setupAssistants: typeof English = {
  cannotRead:
    'Der Assistent konnte nicht gelesen werden. Er lässt sich ändern, sobald der Upstream antwortet.',
  changing: 'Die Vorgabe wird geändert…',
  copy: 'Kopieren',
  copied: 'Das ist die Kopie.',
  copying: 'Der Assistent wird kopiert…',
  create: 'Assistent anlegen',
  default: 'Vorgabe',
  delete: 'Löschen…',
  deleteAsk: 'Diesen Assistenten löschen?',
  deleteNow: 'Löschen',
  deleteWhat: (name) =>
    `${name} löschen? Die Chats bleiben und gehen mit dem vorgegebenen Assistenten weiter.`,
  deleted: 'Der Assistent ist gelöscht.',
  deleting: 'Der Assistent wird gelöscht…',
  id: 'Id: ',
  instructions: 'Anweisungen',
  instructionsHint: 'Was dem Modell am Anfang jedes Chats gesagt wird.',
  isDefault: 'Er antwortet in jedem Chat, der keinen anderen hat.',
  keep: 'Behalten',
  makeDefault: 'Zur Vorgabe machen',
  model: 'Modell',
  name: 'Name',
  needsModel: 'Geben Sie dem Assistenten ein Modell.',
  needsName: 'Geben Sie dem Assistenten einen Namen.',
  new: 'Neuer Assistent',
  noDefault: 'Keiner davon ist die Vorgabe. Wählen Sie einen und machen Sie ihn dazu.',
  save: 'Assistent speichern',
  savedAnswers: 'Der Assistent ist gespeichert und antwortet ab dem nächsten Lauf.',
  savedForChats:
    'Der Assistent ist gespeichert. Chats, die ihn gewählt haben, haben ihn ab dem nächsten Lauf.',
  savedNew: 'Der Assistent ist gespeichert. Er lässt sich in einem Chat wählen.',
  saving: 'Der Assistent wird gespeichert…',
  title: '3. Assistenten',
  toEdit: 'Assistent, der bearbeitet wird',
  unsaved: 'Nicht gespeichert',
  first: {
    name: 'Assistent',
    instructions:
      'Du bist ein hilfreicher Assistent. Verwende die Werkzeuge, die du hast, wo sie helfen.',
  },

  models: {
    asking: 'Der Upstream wird nach seinen Modellen gefragt…',
    builtIn: ' Die Vorschläge sind eine kurze eingebaute Liste.',
    count: (count) =>
      `Der Upstream nennt ${count} ${count === 1 ? 'Modell' : 'Modelle'}. Jeder andere Name geht auch, wenn der Upstream ihn kennt.`,
    notListed: (model) => `Der Upstream nennt kein Modell ${model}.`,
    unlisted: (from, why) => `Der Upstream hat seine Modelle nicht genannt.${from}${why}`,
  },

  parameters: {
    again: 'Der nächste Lauf fragt wieder mit allen Parametern.',
    forgetting: 'Was abgelehnt wurde, wird vergessen…',
    hint: 'Wie das Modell antwortet. Was leer ist, bleibt dem Modell überlassen; was ein Modell nicht nimmt, wird weggelassen, und der Chat sagt es.',
    leftOut: (model, names) =>
      `${model} hat ${names} nicht angenommen und wird deshalb ohne gefragt.`,
    maximum: 'Höchstlänge',
    maximumHint: 'Token, samt Nachdenken',
    notAnObject: 'Das ist kein JSON-Objekt.',
    notANumber: 'Geben Sie eine Zahl ein.',
    reasoning: 'Denkaufwand',
    schema: 'Strukturierte Ausgabe',
    schemaHint:
      'Ein JSON-Schema eines Objekts. Jede Antwort ist dann ein solches Objekt und wird als Karte gezeigt.',
    temperature: 'Temperatur',
    temperatureHint: '0 bis 2',
    tier: 'Dienststufe',
    tiers: { auto: 'Automatisch', default: 'Standard', flex: 'Flex', priority: 'Vorrang' },
    title: 'Parameter',
    topP: 'Top-p',
    topPHint: 'Über 0, bis 1',
    upToModel: 'Wählt das Modell',
    verbosity: 'Ausführlichkeit',
  },

  start: {
    add: 'Vorschlag hinzufügen',
    asked: 'Was gefragt wird',
    greeting: 'Begrüßung',
    hint: 'Was ein leerer Chat neben dem Namen zeigt. Für das, was leer bleibt, hat die Seite eigene Worte; ein Vorschlag wird gesendet, wenn er gewählt wird.',
    introduction: 'Unter der Begrüßung',
    needsQuestion: 'Zu jedem Vorschlag gehört, was gefragt wird.',
    placeholder: 'Im leeren Nachrichtenfeld',
    question: (number) => `Frage von Vorschlag ${number}`,
    remove: (number) => `Vorschlag ${number} entfernen`,
    suggestions: 'Vorschläge',
    title: 'Startbildschirm',
    titleOf: (number) => `Titel von Vorschlag ${number}`,
  },

  tools: {
    gone: (tools) =>
      `Der Assistent hat auch ${tools}; das ist hier gerade nicht verwendbar. Beim Speichern wird es entfernt.`,
    leftOut: (source, why) => ['Ausgelassen: ', source, `: ${why}`],
    missing: (tool) =>
      `Der Assistent hat das Werkzeug „${tool}“ noch nicht: Kreuzen Sie es oben an.`,
    ofServer: 'Die Werkzeuge dieses MCP-Servers.',
  },
};

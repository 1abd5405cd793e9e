import type { setup as English } from '../english/setup.ts';
import { counted } from './counted.ts';

export const setup: typeof English = {
  attention: 'Braucht Aufmerksamkeit',
  marks: {
    done: 'Erledigt',
    missing: 'Fehlt',
    problem: 'Braucht Aufmerksamkeit',
    optional: 'Freiwillig',
  },
  ready: 'Bereit',
  setCount: (count) => `${count} gesetzt`,
  title: 'Einrichtung',
  tryAgainIn: (message, seconds) => `${message} Versuchen Sie es in ${seconds} s erneut.`,
  lockedByCommand: (name) =>
    `${name} wurde auf der Kommandozeile angegeben und überschreibt, was hier gesetzt wird. Starten Sie ohne diese Angabe neu, um es hier zu ändern.`,
  lockedByVariable: (name) =>
    `Die Umgebungsvariable ${name} ist gesetzt und überschreibt, was hier gesetzt wird. Entfernen Sie sie und starten Sie neu, um es hier zu ändern.`,

  overview: {
    answers: (name, model, through) => `${name} antwortet mit ${model}, über: ${through}.`,
    api: (upstream, url) => (url === null ? upstream : `${upstream} auf ${url}`),
    before: 'Bevor Sie chatten können',
    checkAgain: 'Erneut prüfen',
    demoReady: 'Die Demo ist bereit',
    needsAssistant: {
      link: 'Legen Sie einen Assistenten an',
      why: ': Er legt fest, welches Modell antwortet und wie.',
      unknown: (id) => [': Der Upstream kennt ', id, ' nicht, das ASSISTANT_ID nennt.'],
    },
    needsKey: {
      link: 'Tragen Sie einen API-Schlüssel ein',
      why: ': Dieser Upstream verlangt einen.',
    },
    needsUpstream: {
      link: 'Wählen Sie einen Upstream',
      why: (choice) => `: Einen namens ${choice} gibt es nicht.`,
    },
    ready: 'Bereit zum Chatten',
    retired:
      'Dieser Server hat die Assistants API nicht mehr: OpenAI und Azure haben sie am 26. August 2026 abgeschaltet. ' +
      'Wählen Sie stattdessen die Responses API, mit der Ihre Funktionen und Chats hier weiter arbeiten, ' +
      'oder die Basis-URL eines Servers, der Assistants v2 noch hat.',
    start: 'Chat beginnen',
    through: (through) => `Antworten kommen über: ${through}.`,
    toAModel: (link) => [
      'Die Antworten kommen aus einem Skript, offline, nicht von einer KI. Für ein echtes Modell ',
      link('upstream', 'wählen Sie einen Upstream'),
      ' oder ',
      link('api_key', 'tragen Sie einen API-Schlüssel ein'),
      ', dann ',
      link('assistant', 'legen Sie einen Assistenten an'),
      '.',
    ],
    wrong: 'Der Upstream antwortet nicht richtig',
  },

  upstream: {
    automatically: (title) => `Jetzt in Gebrauch: ${title}, automatisch gewählt.`,
    baseUrl: 'Basis-URL',
    baseUrlHint:
      'Für OpenAI bleibt sie leer. Die Basis-URL eines anderen Servers endet meist auf /v1.',
    custom: 'Ein eigener Upstream.',
    done: 'Gespeichert. Es gilt ab dem nächsten Lauf.',
    inUse: (title) => `Jetzt in Gebrauch: ${title}.`,
    none: 'Kein Upstream ist in Gebrauch.',
    save: 'Upstream speichern',
    saving: 'Wird gespeichert…',
    title: '1. Upstream',
    who: 'Wer antwortet',
    known: {
      auto: {
        title: 'Automatisch',
        text: 'Für die meisten. Fragt den Server, welche API er spricht. Ohne Schlüssel und Basis-URL ist es die Demo.',
      },
      demo: {
        title: 'Demo',
        text: 'Für den ersten Blick. Antworten nach Drehbuch von diesem Server, offline und ohne KI, die jede Funktion zeigen.',
      },
      responses: {
        title: 'Responses API',
        text: 'Für OpenAI selbst und für Server, die dessen Responses API sprechen: Azure, Ollama, vLLM, LM Studio, llama.cpp.',
      },
      chat_completions: {
        title: 'Chat Completions API',
        text: 'Für einen Server, der die Responses API nicht spricht: Anthropic, Gemini, Mistral, Groq, DeepSeek, die meisten Gateways und ältere lokale Server.',
      },
      assistants: {
        title: 'Assistants API',
        text: 'Für einen kompatiblen Server, der Assistants v2 noch hat. OpenAI und Azure haben ihre am 26. August 2026 abgeschaltet.',
      },
    },
  },

  key: {
    anyway: 'Trotzdem speichern',
    check: 'Vor dem Speichern beim Upstream prüfen',
    checking: 'Der Schlüssel wird beim Upstream geprüft…',
    empty: 'Fügen Sie erst einen Schlüssel ein.',
    hint: (file) => `Er wird auf diesem Server in ${file} geschrieben und nie wieder angezeigt.`,
    keep: 'Behalten',
    label: 'API-Schlüssel',
    missing: 'Es ist kein Schlüssel gesetzt, und dieser Upstream braucht einen.',
    noneForDemo: 'Es ist kein Schlüssel gesetzt. Die Demo braucht keinen.',
    noneNeeded: 'Es ist kein Schlüssel gesetzt. Viele selbst betriebene Server brauchen keinen.',
    remove: 'Schlüssel entfernen…',
    removeAsk: 'Den Schlüssel entfernen?',
    removeNow: 'Entfernen',
    removeWhat: 'Den Schlüssel entfernen? Er lässt sich nicht noch einmal anzeigen.',
    removed: 'Der Schlüssel ist entfernt.',
    removing: 'Der Schlüssel wird entfernt…',
    save: 'Schlüssel speichern',
    sealed:
      'Er wird in die Datenbank geschrieben, mit SECRET_KEY versiegelt, und nie wieder angezeigt. Eine ' +
      'Kopie der Datenbank verrät ihn nicht; wer in die Datenbank schreiben kann, könnte ihn anderswohin ' +
      'schicken lassen.',
    sealedWithKeptKey:
      'Er wird in die Datenbank geschrieben, versiegelt mit einem Schlüssel, der auch dort liegt, und nie ' +
      'wieder angezeigt. Wer die ganze Datenbank liest, kann ihn öffnen: setzen Sie SECRET_KEY, für alle ' +
      'Prozesse gleich, um beides zu trennen.',
    set: 'Ein Schlüssel ist gesetzt.',
    setTo: (end) => `Ein Schlüssel ist gesetzt: …${end}`,
    stored: 'Der Schlüssel ist gespeichert, ungeprüft.',
    storing: 'Der Schlüssel wird gespeichert…',
    title: '2. API-Schlüssel',
    works: 'Der Schlüssel funktioniert und ist gespeichert.',
  },

  approvals: {
    inChat: 'Im Chat ',
    inThatChat: (title) => `im Chat „${title}“`,
    everywhere: 'Überall',
    thereEverywhere: 'überall',
    granted: 'Sie erlauben immer',
    hint: (workbench) => [
      'Ob ein Werkzeug vor jedem Aufruf auf ein Ja wartet, welcher Assistent es auch aufruft. ' +
        'Eine Wahl wird sofort gespeichert und gilt für alle, die diesen Server benutzen. ' +
        'Ein Werkzeug, das immer erlaubt ist, läuft ebenfalls sofort, und sein Aufruf sagt es. Was jedes Werkzeug nimmt ' +
        'und getan hat und wie man es ohne Modell ausprobiert, steht auf ',
      workbench('der Werkbank'),
      '.',
    ],
    none: 'Nichts. Wo ein Aufruf fragt, können Sie sein Werkzeug immer erlauben, in jenem Chat oder überall. Dann steht es hier.',
    others: (server) => ['Alle anderen Werkzeuge von ', server],
    takeBack: 'Zurücknehmen',
    takeBackThat: (tool, where) => `${tool} ${where} zurücknehmen`,
    takenBack: (tool, where) => `${tool} ist nicht mehr immer erlaubt: ${where}.`,
    title: '4. Freigaben',
  },

  files: {
    add: 'Dateien hinzufügen…',
    again: (name) => `${name} erneut lesen`,
    cannot: 'Dateien lassen sich hier nicht durchsuchen.',
    cannotThat: 'Sie lässt sich nicht durchsuchen.',
    checked: 'wird geprüft…',
    delete: (name) => `${name} löschen`,
    deleteAll: 'Alle löschen…',
    deleteAllAsk: 'Alle Dateien löschen?',
    deleteAllNow: 'Alle löschen',
    deleteAllWhat: 'Alle Dateien löschen? Der Assistent kann sie dann nicht mehr durchsuchen.',
    elsewhere: 'Bei einem anderen Upstream, wird jetzt nicht durchsucht',
    here: 'Der Assistent durchsucht diese Dateien mit seinem Werkzeug „Dateisuche“. Sie werden auf diesem Server aufbewahrt und gelesen.',
    isRead: 'Wird gelesen…',
    isReadThere: 'Wird beim Upstream gelesen…',
    keep: 'Behalten',
    label: 'Dateien',
    none: 'Es gibt noch keine Dateien.',
    notSearched: 'Nicht durchsucht',
    notThere: 'Nicht beim jetzigen Upstream',
    readyThere: 'Beim Upstream bereit',
    readyWith: (note) => `Bereit. ${note}`,
    takes: (size) =>
      `Dokumente, Text und Code, je bis zu ${size}: PDF, Word, PowerPoint, Excel, OpenDocument, RTF, EPUB, E-Mail, Markdown, HTML, CSV, JSON, Notebooks, reiner Text und Quelltext.`,
    there: (upstream) =>
      `Der Assistent durchsucht diese Dateien mit seinem Werkzeug „Dateisuche“. Sie werden auch an den Upstream (${upstream}) gesendet und dort durchsucht.`,
    title: '5. Dateien',
    tryAgain: (name) => `${name} erneut versuchen`,
    uploaded: 'Hochgeladen',
    uploadedShare: (percent) => `${percent} % hochgeladen`,
    waiting: 'wartet',
  },

  interpreter: {
    atUpstream: 'Beim Upstream',
    hosted: 'Der Code des Assistenten läuft beim Upstream.',
    here: (isolation) =>
      `Der Code des Assistenten läuft auf diesem Server, ohne Netzzugang und in einem eigenen Ordner.${isolation === null ? '' : ` Abgeschirmt wird er durch ${isolation}.`}`,
    prepared: 'Vorbereitet',
    preparing: 'Wird vorbereitet',
    starting: (detail) => `${detail ?? 'Startet'}… Sie können inzwischen chatten.`,
    title: '6. Code-Interpreter',
    unavailable: 'Nicht verfügbar',
    unavailableHere: 'Der Code des Assistenten kann hier nicht laufen.',
  },

  doctor: {
    asksForKey: 'Er fragt nach einem API-Schlüssel.',
    check: 'Jetzt prüfen',
    checking: 'Wird geprüft…',
    checks: 'Prüfungen',
    choosing: (server) => `${server} wird gewählt…`,
    fails: (checks) => `${counted(checks, 'Prüfung schlägt', 'Prüfungen schlagen')} fehl.`,
    hint: 'Probiert mit einigen kurzen Anfragen, von denen nichts aufbewahrt wird, was der Server und sein Modell können, und sucht nach Modellservern auf dem Rechner, auf dem dieser Server läuft.',
    inUse: 'In Gebrauch',
    noModel: 'Er nennt kein Modell.',
    noted: (things) => `Es funktioniert. ${counted(things, 'Hinweis', 'Hinweise')} dazu.`,
    servers: 'Gefundene Server',
    title: '8. Prüfung',
    use: 'Verwenden',
    useThat: (server) => `${server} verwenden`,
    verdicts: {
      ok: 'Funktioniert',
      warning: 'Hinweis',
      failed: 'Schlägt fehl',
      skipped: 'Nicht probiert',
    },
    well: 'Alles in Ordnung.',
  },

  usage: {
    everybodys: 'Die von allen',
    from: 'Von',
    lead: 'Wie die Server zählen; Antworten gelöschter Chats bleiben mitgezählt. ',
    mine: 'Nur meine',
    none: 'In diesen Tagen gab es keine Antworten.',
    noPrices: 'Mit PRICES in .env werden auch die Kosten gezählt.',
    prices: 'Die Kosten folgen den Preisen, die galten, als die jeweilige Antwort endete.',
    title: '9. Verbrauch',
    to: 'Bis',
    whose: 'Wessen Chats',
  },
};

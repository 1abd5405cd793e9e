import type { setupMcp as English } from '../english/setup_mcp.ts';
import { counted } from './counted.ts';

export const setupMcp: typeof English = {
  add: 'Hinzufügen',
  addLabel: 'MCP-Server hinzufügen',
  addOne: 'Einen Server hinzufügen',
  added: 'Hinzugefügt.',
  configuration: 'Konfiguration',
  configurationHint:
    'Wie die README des Servers sie zeigt. Ein Befehl läuft auf diesem Server, als der Benutzer, der ihn betreibt: Fügen Sie nur hinzu, was Sie für vertrauenswürdig halten. Umgebungsvariablen werden eingesetzt.',
  connecting: 'Wird verbunden…',
  fails: (name, reason, log) => `${name} funktioniert nicht: ${reason ?? 'startet noch.'} ${log}`,
  hint: 'Programme und Adressen, die Werkzeuge anbieten und die dieser Server aufruft, welcher Upstream es auch ist. Werkzeuge, die nur lesen, laufen sofort, andere fragen vorher; „Freigaben“ und die Seite der Werkzeuge ändern das.',
  servers: 'MCP-Server',
  title: '7. MCP-Server',
  tools: (count) => counted(count, 'Werkzeug', 'Werkzeuge'),
  try: 'Erst probieren',
  tryLabel: 'Erst probieren: MCP-Server',
  works: (name, tools, names) => `${name} funktioniert und hat ${tools}: ${names}.`,

  hosted: {
    add: 'Server beim Upstream hinzufügen',
    address: 'Adresse',
    addressHint:
      'Werkzeuge, die nur lesen, laufen sofort, andere fragen vorher. Ein Token gehört in HOSTED_MCP_TOKENS, nie hierher.',
    label: 'Bezeichnung',
    noAddress: 'Eine Adresse, die mit https:// oder http:// beginnt.',
    noLabel: 'Bis zu 64 Buchstaben, Ziffern, _ und -.',
    summary: 'Einen MCP-Server hinzufügen, den der Upstream aufruft',
  },

  place: {
    elsewhere: (at, name) =>
      `Läuft hier, solange ${at} nicht in Ihren Chats antwortet. Nur jener Upstream bekommt je die Header und die Anmeldung von ${name}.`,
    label: (at) => `Bei ${at} ausführen statt hier`,
    there: (name) =>
      `Der Upstream ruft die Werkzeuge dann selbst auf und muss die Adresse erreichen. Er bekommt die Adresse, die Header und die Anmeldung von ${name}, samt Geheimnissen; kein anderer Upstream bekommt sie.`,
  },

  row: {
    change: 'Ändern',
    connect: 'Jetzt verbinden',
    connectThat: (name) => `Jetzt verbinden: ${name}`,
    connectedAgain: (times) => `Bisher ${times === 1 ? 'einmal' : `${times}-mal`} neu verbunden.`,
    entry: 'Eintrag',
    entryHint: 'Wo ••• steht, bleibt der gespeicherte Wert.',
    isOff: (name) => `${name} ist aus.`,
    isOn: (name) => `${name} ist an.`,
    keep: 'Behalten',
    log: 'Protokoll',
    logIn: 'Anmelden',
    logInTo: (name) => `Bei ${name} anmelden`,
    logOf: (name) => `Protokoll von ${name}`,
    logOut: 'Abmelden',
    logOutOf: (name) => `Von ${name} abmelden`,
    loggedIn: (at, rest) => {
      const where = at === null ? '' : ` bei ${at}`;
      if (rest === 'renewed') return `Angemeldet${where}. Die Anmeldung erneuert sich von selbst.`;
      return `Angemeldet${where}${rest === 'forever' ? '' : ` bis ${rest.until}`}.`;
    },
    loggedOut: (name) => `Sie sind von ${name} abgemeldet.`,
    off: (name) => `${name} ausschalten`,
    on: (name) => `${name} einschalten`,
    remove: 'Entfernen…',
    removeAsk: (name) => `${name} entfernen?`,
    removeThat: (name) => `${name} entfernen…`,
    removeWhat: (name) => `${name} entfernen? Der Eintrag verschwindet mit allem, was darin steht.`,
    removed: (name) => `${name} wurde entfernt.`,
    runsAt: (name, host) => `${name} läuft bei ${host}.`,
    runsHere: (name) => `${name} läuft hier.`,
    save: (name) => `${name} speichern`,
    saved: (name) => `${name} wurde gespeichert.`,
    startedAgain: (times) => `Bisher ${times === 1 ? 'einmal' : `${times}-mal`} neu gestartet.`,
    states: {
      starting: 'Startet',
      ready: 'Bereit',
      failed: 'Nicht verbunden',
      needs_login: 'Will eine Anmeldung',
      disabled: 'Aus',
    },
    switchOff: 'Ausschalten',
    switchOn: 'Einschalten',
    tried: (times) => `Bisher ${times}-mal versucht.`,
  },

  listed: {
    asks: (description) => `Fragt vorher. ${description}`,
    leftOut: (count) => `${count} ausgelassen`,
    off: (tools, off) => `${tools}, ${off} ausgeschaltet`,
  },
};

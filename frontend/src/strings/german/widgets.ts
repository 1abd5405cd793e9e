import type { widgets as English } from '../english/widgets.ts';
import { counted, number } from './counted.ts';

const kinds: typeof English.chart.kinds = {
  line: 'Liniendiagramm',
  bar: 'Balkendiagramm',
  area: 'Flächendiagramm',
  scatter: 'Punktdiagramm',
};

export const widgets: typeof English = {
  beginning: (name) => `Anfang von ${name}`,
  cannotRead: (name) => `${name} lässt sich nicht lesen. Vielleicht wurde die Datei gelöscht.`,
  look: 'Hineinsehen',
  nothingYet: 'Die Argumente sagen noch nicht, worum es geht.',
  picture: (number, tool) => `Bild ${number} von ${tool}`,
  result: (number, tool) => `Ergebnis ${number} von ${tool}`,

  chart: {
    kinds,
    of: (series) => `Diagramm von ${series}`,
    place: 'Stelle',
    plot: (label, summary) => `${label}: ${summary}. Die Pfeiltasten lesen die Werte.`,
    role: 'Diagramm',
    summary: (kind, series, values, first, last) =>
      `${kinds[kind]}, ${series === 1 ? '' : `${series} Reihen, `}${values} Werte von ${first} bis ${last}`,
    values: 'Werte zeigen',
  },

  map: {
    about: 'Beschreibung',
    enlarge: 'Karte vergrößern',
    latitude: 'Breite',
    list: 'Orte auflisten',
    longitude: 'Länge',
    map: 'Karte',
    named: (most) => `Nur die ersten ${most} Orte sind auf der Karte benannt.`,
    outline: 'Umrisse: Natural Earth',
    place: 'Ort',
    plot: (label, summary) =>
      `${label}: ${summary}. Die Pfeiltasten verschieben sie, Plus und Minus vergrößern und verkleinern sie.`,
    reduce: 'Karte verkleinern',
    role: 'Karte',
    showAll: 'Alle Orte zeigen',
    summary: (names, more, lines) =>
      `${names}${more > 0 ? ` und ${more} weitere` : ''}${lines > 0 ? `, ${counted(lines, 'Linie', 'Linien')}` : ''}`,
  },

  table: {
    csv: 'Als CSV herunterladen',
    filter: 'Zeilen filtern',
    filterOf: (title) => `Zeilen von ${title} filtern`,
    more: 'Weitere Zeilen folgen beim Scrollen.',
    no: 'nein',
    rows: (all) => counted(all, 'Zeile', 'Zeilen'),
    some: (shown, rows) => `${number(shown)} von ${rows}`,
    table: 'Tabelle',
    yes: 'ja',
  },

  tools: {
    none: 'Es wurde kein Werkzeug gefunden.',
    notSearched: (reason) => `Nicht durchsucht: ${reason}`,
  },

  weather: {
    by: 'Wetterdaten von ',
    days: (place) => `Tage in ${place}`,
    down: 'bis hinab auf ',
    invented: 'Das sind erfundene Beispieldaten, keine Vorhersage.',
    now: 'Jetzt',
    of: (place) => `Wetter in ${place}`,
    precipitation: 'Niederschlag ',
    sample: 'Beispieldaten',
    wind: (speed) => `Wind ${speed}`,
  },

  wrong: {
    aColumn: 'Eine Spalte',
    aLine: 'Eine Linie',
    aPoint: 'Ein Punkt',
    aSeries: 'Eine Reihe',
    aTool: 'Ein Werkzeug',
    cells: (row, columns) => `Zeile ${row} hat nicht ${columns} Zellen.`,
    latitude: (value) => `${value} ist keine geografische Breite.`,
    line: 'Eine Linie hat weniger als zwei Punkte.',
    longitude: (value) => `${value} ist keine geografische Länge.`,
    moreThan: {
      cells: (most) => `Mehr als ${number(most)} Zellen.`,
      places: (most) => `Mehr als ${number(most)} Orte.`,
      series: (most) => `Mehr als ${number(most)} Reihen.`,
      values: (most) => `Mehr als ${number(most)} Werte.`,
    },
    noBoolean: (name) => `${name} ist kein Wahrheitswert.`,
    noColumns: 'Die Tabelle hat keine Spalten.',
    noDate: (name) => `${name} ist kein Datum.`,
    noFile: 'Die Funktion hat keine Datei zurückgegeben.',
    noKind: (kind) => `Ein Diagramm der Art ${kind} gibt es nicht.`,
    noList: (name) => `${name} ist keine Liste.`,
    noNumber: (name) => `${name} ist keine Zahl.`,
    noObject: (what) => `${what} ist kein Objekt.`,
    noPair: 'Ein Punkt einer Linie ist kein Zahlenpaar.',
    noPicture: 'Die Funktion hat kein Bild zurückgegeben.',
    noPlaces: 'Die Karte hat weder Punkte noch Linien.',
    noProperties: 'Das Schema hat keine Eigenschaften.',
    noSeries: 'Das Diagramm hat keine Reihen.',
    noString: (name) => `${name} ist kein Text.`,
    noValues: 'Die x-Achse hat keine Werte.',
    noWeather: 'Der Bericht hat weder Tage noch das Wetter von jetzt.',
    row: (number) => `Zeile ${number}`,
    serverSays: 'Was der Server sagt',
    theChart: 'Das Diagramm',
    theForm: 'Das Formular',
    theMap: 'Die Karte',
    theOutput: 'Die Ausgabe',
    theTable: 'Die Tabelle',
    valuesOf: (series, values, places) =>
      `${series} hat ${values} Werte für ${places} der x-Achse.`,
  },
};

import { counted, number } from './counted.ts';

const kinds = {
  line: 'line chart',
  bar: 'bar chart',
  area: 'area chart',
  scatter: 'scatter chart',
};

export const widgets = {
  beginning: (name: string) => `Beginning of ${name}`,
  cannotRead: (name: string) => `${name} cannot be read. It may be deleted.`,
  look: 'Look inside',
  nothingYet: 'The arguments do not say yet what it is about.',
  picture: (number: number, tool: string) => `Picture ${number} of ${tool}`,
  result: (number: number, tool: string) => `Result ${number} of ${tool}`,

  chart: {
    kinds,
    of: (series: string) => `Chart of ${series}`,
    place: 'Place',
    plot: (label: string, summary: string) =>
      `${label}: ${summary}. The arrow keys read the values.`,
    role: 'chart',
    summary: (
      kind: keyof typeof kinds,
      series: number,
      values: number,
      first: string,
      last: string,
    ) =>
      `${kinds[kind]}, ${series === 1 ? '' : `${series} series, `}${values} values from ${first} to ${last}`,
    values: 'Show the values',
  },

  map: {
    about: 'About',
    enlarge: 'Enlarge the map',
    latitude: 'Latitude',
    list: 'List the places',
    longitude: 'Longitude',
    map: 'Map',
    named: (most: number) => `Only the first ${most} places are named on the map.`,
    outline: 'Outline: Natural Earth',
    place: 'Place',
    plot: (label: string, summary: string) =>
      `${label}: ${summary}. The arrow keys move it, plus and minus enlarge and reduce it.`,
    reduce: 'Reduce the map',
    role: 'map',
    showAll: 'Show all places',
    /** `more`: of those that are not named. */
    summary: (names: string, more: number, lines: number) =>
      `${names}${more > 0 ? ` and ${more} more` : ''}${lines > 0 ? `, ${counted(lines, 'line')}` : ''}`,
  },

  table: {
    csv: 'Download as CSV',
    filter: 'Filter rows',
    filterOf: (title: string) => `Filter rows of ${title}`,
    more: 'More rows follow as you scroll.',
    no: 'no',
    rows: (all: number) => counted(all, 'row'),
    some: (shown: number, rows: string) => `${number(shown)} of ${rows}`,
    table: 'Table',
    yes: 'yes',
  },

  tools: {
    none: 'No tool was found.',
    notSearched: (reason: string) => `Not searched: ${reason}`,
  },

  weather: {
    by: 'Weather data by ',
    days: (place: string) => `Days in ${place}`,
    down: 'down to ',
    invented: 'This is invented sample data, not a forecast.',
    now: 'Now',
    of: (place: string) => `Weather in ${place}`,
    precipitation: 'Precipitation ',
    sample: 'Sample data',
    wind: (speed: string) => `Wind ${speed}`,
  },

  /** What is wrong with an output. */
  wrong: {
    aColumn: 'A column',
    aLine: 'A line',
    aPoint: 'A point',
    aSeries: 'A series',
    aTool: 'A tool',
    cells: (row: number, columns: number) => `Row ${row} does not have ${columns} cells.`,
    latitude: (value: string) => `${value} is no latitude.`,
    line: 'A line has fewer than two points.',
    longitude: (value: string) => `${value} is no longitude.`,
    moreThan: {
      cells: (most: number) => `More than ${most} cells.`,
      places: (most: number) => `More than ${most} places.`,
      series: (most: number) => `More than ${most} series.`,
      values: (most: number) => `More than ${most} values.`,
    },
    noBoolean: (name: string) => `${name} is not a boolean.`,
    noColumns: 'The table has no columns.',
    noDate: (name: string) => `${name} is not a date.`,
    noFile: 'The function returned no file.',
    noKind: (kind: string) => `There is no kind of chart called ${kind}.`,
    noList: (name: string) => `${name} is not a list.`,
    noNumber: (name: string) => `${name} is not a number.`,
    noObject: (what: string) => `${what} is not an object.`,
    noPair: 'A point of a line is no pair of numbers.',
    noPicture: 'The function returned no picture.',
    noPlaces: 'The map has neither points nor lines.',
    noProperties: 'The schema has no properties.',
    noSeries: 'The chart has no series.',
    noString: (name: string) => `${name} is not a string.`,
    noValues: 'The x axis has no values.',
    noWeather: 'The report has neither days nor current weather.',
    row: (number: number) => `Row ${number}`,
    serverSays: 'What the server says',
    theChart: 'The chart',
    theForm: 'The form',
    theMap: 'The map',
    theOutput: 'The output',
    theTable: 'The table',
    valuesOf: (series: string, values: number, places: number) =>
      `${series} has ${values} values for ${places} of the x axis.`,
  },
};

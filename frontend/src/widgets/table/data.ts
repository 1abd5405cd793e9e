/** The output of a function with `widget="table"`: `Table` of backend/tools/shapes.py, or a list of
 * objects, whose keys are the columns. */

import { t } from '../../strings/widgets.ts';
import { type Fields, list, record, text, textOrNull } from '../shared/read.ts';

export type Cell = string | number | boolean | null;

export interface Column {
  readonly label: string;
  readonly unit: string | null;
}

export interface Table {
  readonly title: string | null;
  readonly note: string | null;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/** More would take seconds to sort and to filter. */
const MAX_CELLS = 2_000_000;

/** Throws on anything else. */
export function parseTable(output: unknown): Table {
  if (Array.isArray(output)) return ofRecords(output);
  const fields = record(output, t.wrong.theTable);
  const columns = list(fields, 'columns').map(parseColumn);
  if (columns.length === 0) throw new TypeError(t.wrong.noColumns);
  check(list(fields, 'rows').length, columns.length);
  const rows = list(fields, 'rows').map((row, index) => {
    if (!Array.isArray(row) || row.length !== columns.length) {
      throw new TypeError(t.wrong.cells(index + 1, columns.length));
    }
    return row.map(cell);
  });
  return { title: textOrNull(fields, 'title'), note: textOrNull(fields, 'note'), columns, rows };
}

function parseColumn(value: unknown): Column {
  if (typeof value === 'string') return { label: value, unit: null };
  const fields = record(value, t.wrong.aColumn);
  return { label: text(fields, 'label'), unit: textOrNull(fields, 'unit') };
}

function ofRecords(output: readonly unknown[]): Table {
  const records = output.map((each, index) => record(each, t.wrong.row(index + 1)));
  const names = columnsOf(records);
  if (names.length === 0) throw new TypeError(t.wrong.noColumns);
  check(records.length, names.length);
  return {
    title: null,
    note: null,
    columns: names.map((label) => ({ label, unit: null })),
    rows: records.map((each) => names.map((name) => cell(each[name]))),
  };
}

function columnsOf(records: readonly Fields[]): string[] {
  const names = new Set<string>();
  for (const each of records) for (const name of Object.keys(each)) names.add(name);
  return [...names];
}

function check(rows: number, columns: number): void {
  if (rows * columns > MAX_CELLS) throw new TypeError(t.wrong.moreThan.cells(MAX_CELLS));
}

/** What is no single value is shown as JSON. */
function cell(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'object') return JSON.stringify(value);
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value);
}

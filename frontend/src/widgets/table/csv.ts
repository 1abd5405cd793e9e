import { toCsv } from '../../base/csv.ts';
import { withUnit } from '../shared/format.ts';
import type { Table } from './data.ts';

/** The rows as CSV, below the names of the columns. */
export function tableCsv({ columns }: Table, rows: Table['rows']): string {
  return toCsv([columns.map(({ label, unit }) => withUnit(label, unit)), ...rows]);
}

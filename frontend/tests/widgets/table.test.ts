import { afterEach, describe, expect, it, vi } from 'vitest';
import type { JsonValue } from '../../src/protocol.ts';
import { tableCsv } from '../../src/widgets/table/csv.ts';
import { parseTable } from '../../src/widgets/table/data.ts';
import widget from '../../src/widgets/table.ts';
import { PROPS } from '../frames.ts';

const PEOPLE = {
  title: 'People',
  columns: ['Name', { label: 'Height', unit: 'cm' }, 'Here'],
  rows: Array.from({ length: 3_000 }, (_, n) => [`Person ${n}`, n === 1 ? null : 200 - n, n === 0]),
};

function draw(output: JsonValue) {
  const element = widget({ ...PROPS, output });
  document.body.append(element);
  const all = (selector: string) => [...element.querySelectorAll<HTMLElement>(selector)];
  return {
    element,
    all,
    row: (index: number) =>
      [...(all('tbody tr')[index]?.children ?? [])].map((cell) => cell.textContent),
    filter(text: string) {
      const [input] = all('input') as HTMLInputElement[];
      input!.value = text;
      input!.dispatchEvent(new Event('input'));
    },
  };
}

afterEach(() => document.body.replaceChildren());

describe('the table widget', () => {
  it('shows the first of thousands of rows, and the rest as one scrolls', () => {
    const { all, row } = draw(PEOPLE);
    expect(all('[role=status]')[0]!.textContent).toBe('3,000 rows');
    expect(all('tbody tr').length).toBe(100);
    expect(row(1)).toEqual(['Person 1', '–', 'no']);
    all('.table-scroller')[0]!.dispatchEvent(new Event('scroll'));
    expect(all('tbody tr').length).toBe(200);
    expect(all('tbody tr')[150]!.getAttribute('aria-rowindex')).toBe('152');
  });

  it('shows the first of very many rows, sorts and filters them all', () => {
    const rows = Array.from({ length: 100_000 }, (_, n) => [n, `Row ${n}`, n % 2 === 0]);
    const { all, row, filter } = draw({ columns: ['N', 'Name', 'Even'], rows });
    expect(all('tbody tr').length).toBe(100);
    expect(all('.table-count:not([hidden])').at(-1)!.textContent).toContain('as you scroll');
    const sort = all('th button')[0]!;
    sort.click();
    sort.click();
    expect(row(0)[1]).toBe('Row 99999');
    filter('row 5000');
    expect(all('tbody tr').length).toBe(20);
    expect(all('.table-count:not([hidden])').length).toBe(1);
  });

  it('sorts by a column, empty cells last', () => {
    const { all, row } = draw(PEOPLE);
    const [, height] = all('th');
    height!.querySelector('button')!.click();
    expect(height!.getAttribute('aria-sort')).toBe('ascending');
    expect(row(0)).toEqual(['Person 2999', '\u22122799', 'no']);
    height!.querySelector('button')!.click();
    expect(height!.getAttribute('aria-sort')).toBe('descending');
    expect(row(0)).toEqual(['Person 0', '200', 'yes']);
    all('th')[0]!.querySelector('button')!.click();
    expect(row(10)[0]).toBe('Person 10');
    expect(height!.hasAttribute('aria-sort')).toBe(false);
  });

  it('filters by words', () => {
    const { all, row, filter } = draw(PEOPLE);
    filter('PERSON 2999');
    expect(row(0)[0]).toBe('Person 2999');
    expect(all('[role=status]')[0]!.textContent).toBe('1 of 3,000 rows');
    filter('nobody');
    expect(all('tbody tr')).toEqual([]);
  });

  it('downloads what is shown as CSV', async () => {
    const blobs: Blob[] = [];
    vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      blobs.push(blob as Blob);
      return 'blob:x';
    });
    const { all, filter } = draw(PEOPLE);
    filter('2999');
    all('button').at(-1);
    all('.button')[0]!.click();
    expect(await blobs[0]!.text()).toBe(
      '\u{feff}Name,Height (cm),Here\r\nPerson 2999,-2799,false\r\n',
    );
  });

  it('takes a list of objects, and shows links as links', () => {
    const { all, row } = draw([
      { name: 'a', home: 'https://example.com/', more: { deep: [1] } },
      { name: 'b', n: 1 },
    ]);
    expect(all('th').map((head) => head.textContent)).toEqual(['name', 'home', 'more', 'n']);
    expect(row(0)).toEqual(['a', 'https://example.com/', '{"deep":[1]}', '–']);
    expect(all('td a')[0]!.getAttribute('rel')).toBe('noopener noreferrer');
  });

  it('writes CSV that no spreadsheet takes for formulas', () => {
    const table = parseTable([{ a: '=1+1', b: 'say "hi", you', c: -1, d: null }]);
    expect(tableCsv(table, table.rows)).toContain('\'=1+1,"say ""hi"", you",-1,\r\n');
  });

  it.each([
    [[], 'no columns'],
    [{ columns: ['a'], rows: [[1, 2]] }, 'Row 1 does not have 1 cells'],
    [{ columns: ['a'], rows: Array.from({ length: 2_000_001 }) }, 'More than 2000000'],
  ])('says what it cannot show', (output, reason) => {
    expect(() => draw(output as JsonValue)).toThrow(reason);
  });
});

import { expect, it } from 'vitest';
import { preview as chart } from '../../src/widgets/chart.ts';
import { preview as weather } from '../../src/widgets/get_weather.ts';
import { preview as map } from '../../src/widgets/map.ts';
import { preview as table } from '../../src/widgets/table.ts';

const call = (args: unknown) => ({ name: 'a_function', arguments: args, progress: null });

it('tells the place while it is written, and keeps it', () => {
  const view = weather(call({ location: 'Os' }));
  const title = view.element.querySelector('strong');
  expect(title?.textContent).toBe('Weather in Os');
  view.update(call({ location: 'Oslo', dates: [] }));
  view.update(call(undefined));
  expect(view.element.querySelector('strong')).toBe(title);
  expect(title?.textContent).toBe('Weather in Oslo');
});

it.each([
  [chart, { title: 'Savings' }, 'Savings'],
  [chart, { file: 'sales.csv', kind: 'bar' }, 'sales.csv'],
  [map, { query: 'Chile' }, 'Chile'],
  [table, { name: 'Prices' }, 'Prices'],
])('is called what the arguments say it is about', (preview, args, title) => {
  expect(preview(call(args)).element.textContent).toBe(title);
});

it.each([undefined, null, [], 'text', {}, { location: '', title: 7 }])(
  'shows nothing where the arguments say nothing: %j',
  (args) => {
    for (const preview of [chart, weather, map, table]) {
      expect(() => preview(call(args))).toThrow('do not say yet');
    }
  },
);

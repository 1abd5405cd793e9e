import { expect, test } from 'vitest';
import widget from '../../src/widgets/find_tools.ts';
import { PROPS } from '../frames.ts';

const RENAME = {
  name: 'many__rename_files',
  server: 'many',
  server_says: { description: 'Rename <b>files</b>.', parameters: {} },
};

test('shows each tool that was found with its server, whose words stay words', () => {
  const element = widget({ ...PROPS, output: { note: '', tools: [RENAME] } });
  expect([...element.querySelectorAll('li > *')].map((part) => part.textContent)).toEqual([
    'many__rename_files',
    'many',
    'Rename <b>files</b>.',
  ]);
});

test('says that nothing was found, and which servers were not searched', () => {
  const output = { note: '', tools: [], not_searched: ['The MCP server git is switched off.'] };
  const element = widget({ ...PROPS, output });
  expect(element.textContent).toBe(
    'No tool was found.Not searched: The MCP server git is switched off.',
  );
  expect(() => widget({ ...PROPS, output: { tools: [7] } })).toThrow('A tool is not an object');
});

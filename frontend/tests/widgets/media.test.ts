import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FilePart, ImagePart } from '../../src/protocol.ts';
import file from '../../src/widgets/file.ts';
import image from '../../src/widgets/image.ts';
import { PROPS } from '../frames.ts';

const TABLE: FilePart = {
  type: 'file',
  file_id: 'file_1',
  name: 'a.csv',
  media_type: 'text/csv',
  size: 3,
  origin: null,
};
const PLOT: ImagePart = {
  type: 'image',
  file_id: 'file_2',
  alt: 'A plot',
  url: null,
  name: 'a.png',
  media_type: 'image/png',
  size: 4,
};

afterEach(() => vi.unstubAllGlobals());

describe('the widgets for pictures and files', () => {
  it('shows pictures with what the function says of them', () => {
    const output = { title: 'Plots', caption: 'Both rise.' };
    const element = image({ ...PROPS, output, files: [PLOT, PLOT] });
    expect(element.textContent).toContain('PlotsBoth rise.');
    expect([...element.querySelectorAll('img')].map(({ alt }) => alt)).toEqual([
      'A plot',
      'A plot',
    ]);
  });

  it('looks into the text of a file when asked', async () => {
    const fetch = vi.fn(() => Promise.resolve(new Response('a,b\n'.repeat(2_000))));
    vi.stubGlobal('fetch', fetch);
    const element = file({ ...PROPS, output: 'The rows.', files: [TABLE] });
    const details = element.querySelector('details')!;
    expect(element.textContent).toContain('The rows.');
    expect(fetch).not.toHaveBeenCalled();
    details.open = true;
    details.dispatchEvent(new Event('toggle'));
    const text = element.querySelector('pre')!;
    await vi.waitFor(() => expect(text.textContent).toMatch(/^a,b\n/));
    expect(text.textContent!.length).toBe(4_097);
  });

  it('says that there is nothing to show', () => {
    expect(() => image({ ...PROPS, output: null, files: [] })).toThrow('no picture');
    expect(() => file({ ...PROPS, output: null, files: [] })).toThrow('no file');
  });
});

import type { looks as English } from '../english/looks.ts';

export const looks: typeof English = {
  diagram: 'Diagramm',
  diagramFailed: (problem) => `Dieses Diagramm lässt sich nicht zeichnen. ${problem}`,
  diagramFrame: 'Hier werden Diagramme gezeichnet',
  diagramLeft: 'Die Seite, die Diagramme zeichnet, ist verschwunden.',
  diagramTooSlow: 'Es hat länger als eine Minute gedauert.',
  preview: 'Vorschau',
  previewLeft: 'Die Vorschau wurde geschlossen, weil sie zu einer anderen Seite wollte.',
  previewOf: (language) => `Vorschau von ${language}`,
  showCode: 'Code zeigen',
  showDiagram: 'Diagramm zeigen',

  formulaMissing: 'KaTeX hat keine Formel gemacht.',
  formulaRefused: (what) => `${what} ist hier nicht erlaubt.`,
  formulaTooLarge: 'Die Formel ist zu groß.',
};

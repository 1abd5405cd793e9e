/** What code may become: diagrams, formulas, previews. */

export const looks = {
  diagram: 'Diagram',
  diagramFailed: (problem: string) => `This diagram cannot be drawn. ${problem}`,
  diagramFrame: 'Diagrams are drawn here',
  diagramLeft: 'The page that draws diagrams has gone.',
  diagramTooSlow: 'It took longer than a minute.',
  preview: 'Preview',
  previewLeft: 'The preview was closed, because it tried to go to another page.',
  previewOf: (language: string) => `Preview of ${language}`,
  showCode: 'Show code',
  showDiagram: 'Show diagram',

  formulaMissing: 'KaTeX made no formula.',
  formulaRefused: (what: string) => `${what} is not allowed here.`,
  formulaTooLarge: 'The formula is too large.',
};

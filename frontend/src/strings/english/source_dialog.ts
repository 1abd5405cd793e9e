export const sourceDialog = {
  document: 'Document',
  isCut: 'Only the part around the passage is shown.',
  missing: 'The document itself cannot be shown here.',
  nothingQuoted: 'The document itself cannot be shown here. Nothing was quoted from it.',
  notHere: 'The assistant made this file, but it is not on this server.',
  opening: 'Opening the document…',
};

export const older = {
  added: 'Earlier messages were added above.',
  again: 'Try again',
  failed: 'Earlier messages could not be read.',
  note: 'Earlier messages come as you scroll up. Until then the browser does not find them on the page.',
  read: 'Show earlier messages',
};

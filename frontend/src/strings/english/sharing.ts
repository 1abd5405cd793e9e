export const sharing = {
  address: 'Link',
  copyNow: 'Copy it now: it is not shown again.',
  days: { 1: '1 day', 7: '7 days', 30: '30 days', 365: '1 year' },
  goodFor: 'Good for',
  links: 'Links',
  made: (at: string, until: string) => `Made ${at}, good until ${until}`,
  make: 'Make a link',
  none: 'There are no links to this chat.',
  note:
    'Whoever has the link can read this chat as it is now: the branch that is shown, with its tool ' +
    'calls, pictures and files. Later messages are not in it.',
  revoke: 'Revoke',
  revokeThat: (at: string, until: string) => `Revoke the link of ${at}, good until ${until}`,
  title: (title: string) => `Share “${title}”`,
};

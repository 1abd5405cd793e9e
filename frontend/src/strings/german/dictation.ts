import type { dictation as English } from '../english/dictation.ts';

export const dictation: typeof English = {
  dictation: 'Diktat',
  discard: 'Verwerfen',
  recorded: 'Aufgenommen',
  stop: 'Beenden und aufschreiben (Esc)',

  asking: 'Ihr Browser fragt, ob diese Seite zuhören darf.',
  listening: 'Hört zu…',
  recording: 'Aufnahme läuft. Escape beendet sie.',
  writing: 'Schreibt auf, was Sie gesagt haben…',
  written: (words) => `Aufgeschrieben: ${words}`,

  busy: 'Das Mikrofon lässt sich nicht verwenden. Vielleicht verwendet es ein anderes Programm.',
  noMicrophone: 'Es gibt kein Mikrofon. Schließen Sie eines an und versuchen Sie es erneut.',
  noWords: 'Es waren keine Worte zu hören. Ist das Mikrofon eingeschaltet?',
  notAllowed:
    'Diese Seite darf das Mikrofon nicht verwenden. Erlauben Sie es in den Einstellungen Ihres Browsers und versuchen Sie es erneut.',
  nothing: 'Es wurde nichts aufgenommen. Ist das Mikrofon eingeschaltet?',

  works: (model) => `Diktat: ${model} schreibt auf, was Sie sagen.`,
  here: {
    insecure:
      'Nicht auf dieser Seite: Browser geben das Mikrofon nur Seiten über https oder von diesem Rechner.',
    unable: 'Nicht in diesem Browser, der nichts aufnehmen kann.',
  },
  obstacles: {
    demo: 'Kein Diktat: die Demo hört nichts.',
    other_upstream: 'Kein Diktat: dieser Upstream schreibt nicht auf, was gesagt wird.',
    no_model:
      'Kein Diktat: wenn der Server ein Modell für /audio/transcriptions hat, nennen Sie es als TRANSCRIPTION_MODEL in .env und starten Sie neu.',
    off: 'Kein Diktat: TRANSCRIPTION_MODEL=none schaltet es aus.',
    api_key: 'Kein Diktat, solange es keinen API-Schlüssel gibt.',
  },
};

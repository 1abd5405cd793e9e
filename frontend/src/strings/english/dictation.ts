export const dictation = {
  dictation: 'Dictation',
  discard: 'Discard',
  recorded: 'Recorded',
  stop: 'Stop and write it down (Esc)',

  asking: 'Your browser asks whether this page may listen.',
  listening: 'Listening…',
  recording: 'Recording. Escape stops it.',
  writing: 'Writing down what you said…',
  written: (words: string) => `Written: ${words}`,

  busy: 'The microphone cannot be used. Another program may be using it.',
  noMicrophone: 'There is no microphone. Plug one in, then try again.',
  noWords: 'No words were heard. Is the microphone on?',
  notAllowed:
    'This page may not use the microphone. Allow it in the settings of your browser, then try again.',
  nothing: 'Nothing was recorded. Is the microphone on?',

  works: (model: string) => `Dictation: ${model} writes down what you say.`,
  here: {
    insecure:
      'Not on this page: browsers give the microphone to pages over https or from this machine alone.',
    unable: 'Not in this browser, which cannot record.',
  },
  obstacles: {
    demo: 'No dictation: the demo hears nothing.',
    other_upstream: 'No dictation: this upstream does not write down what is said.',
    no_model:
      'No dictation: if the server has a model for /audio/transcriptions, name it as TRANSCRIPTION_MODEL in .env and restart.',
    off: 'No dictation: TRANSCRIPTION_MODEL=none switches it off.',
    api_key: 'No dictation until there is an API key.',
  },
};

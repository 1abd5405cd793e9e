/** The microphone, recorded. */

export interface Capture {
  /** How loud it is now, from 0 to 1. */
  level(): number;
  /** Ends the recording, and lets go of the microphone. */
  stop(): void;
  /** The recording, once it has ended, also by itself where the microphone is gone. */
  readonly recording: Promise<Blob>;
}

/** The first that the browser knows; all of them are taken by OpenAI's servers. */
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4'];
/** Plenty for speech: a quarter of a megabyte a minute. */
const BITS_PER_S = 32_000;

/** Rejects with the browser's `DOMException` where there is no microphone, or none for this page. */
export async function capture(): Promise<Capture> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? '';
  const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS_PER_S });
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(analyser);
  const samples = new Uint8Array(analyser.fftSize);
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const recording = new Promise<Blob>((resolve) => {
    recorder.onstop = () => {
      for (const track of stream.getTracks()) track.stop();
      void context.close();
      resolve(new Blob(parts, { type: recorder.mimeType }));
    };
  });
  recorder.start();
  return {
    level() {
      analyser.getByteTimeDomainData(samples);
      // Silence is 128. Speech seldom comes near the limits.
      return Math.min(1, Math.max(...samples.map((sample) => Math.abs(sample - 128))) / 64);
    },
    stop() {
      if (recorder.state !== 'inactive') recorder.stop();
    },
    recording,
  };
}

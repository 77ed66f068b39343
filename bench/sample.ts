/** One run of a program, from the start of its process to its end. */
export interface Sample {
  readonly seconds: number;
  /** In user and in system mode, on all cores. */
  readonly cpuSeconds: number;
  /** The most memory that it had resident, in 10^6 bytes. */
  readonly peakMb: number;
  /** How much of the time the server was computing: at 1 it is what is measured. NaN where that is not known. */
  readonly serverShare: number;
}

/** The runs of one program. */
export interface Timing {
  /** The program's name. */
  readonly tool: string;
  readonly samples: readonly Sample[];
}

/** What a part has found about one piece of work. */
export interface Finding {
  readonly work: string;
  /** Undefined if there is none, and the figures are for comparison. */
  readonly target: string | undefined;
  readonly measured: string;
  readonly isMet: boolean | undefined;
  readonly timings: readonly Timing[];
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function medianSeconds({ samples }: Timing): number {
  return median(samples.map(({ seconds }) => seconds));
}

export function peakMb({ samples }: Timing): number {
  return Math.max(...samples.map((sample) => sample.peakMb));
}

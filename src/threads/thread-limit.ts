/** More threads are rarely needed to fill a network connection. */
const MAX_THREADS = 4;
/** With this much memory or less, for example in a container, there is none to spare for threads. */
const SMALL_MEMORY_BYTES = 512 * 1024 ** 2;

/** What the process may use of the machine. */
export interface MachineShare {
  /** From `availableCores`. */
  readonly cores: number;
  /** From `process.constrainedMemory`: 0 or undefined if there is no known limit. */
  readonly memoryBytes: number | undefined;
}

/** The largest number of threads for large objects; 0 if the main thread does everything. */
export function maxTransferThreads({ cores, memoryBytes }: MachineShare): number {
  const hasSmallMemory = memoryBytes !== undefined && memoryBytes > 0 && memoryBytes <= SMALL_MEMORY_BYTES;
  return cores < 2 || hasSmallMemory ? 0 : Math.min(cores, MAX_THREADS);
}

/** More threads are seldom fed by a network card. */
const MAX_THREADS = 4;
/** In a container with no more memory, the threads' own would be missed. */
const SMALL_MEMORY_BYTES = 512 * 1024 ** 2;

/** What a process may use of its machine. */
export interface MachineShare {
  /** As `os.availableParallelism` has it. */
  readonly cores: number;
  /** As `process.constrainedMemory` has it: 0 or undefined if it is not known. */
  readonly memoryBytes: number | undefined;
}

/** How many threads may transfer large objects. @returns 0 if the main thread is to do it alone. */
export function maxTransferThreads({ cores, memoryBytes }: MachineShare): number {
  const hasSmallMemory = memoryBytes !== undefined && memoryBytes > 0 && memoryBytes <= SMALL_MEMORY_BYTES;
  return cores < 2 || hasSmallMemory ? 0 : Math.min(cores, MAX_THREADS);
}

/**
 * Counts bytes that may move several times, because an attempt failed and another one follows.
 *
 * @param onMoved called with the number of bytes that moved for the first time.
 * @returns a function that makes a counter for each attempt. It does not count again what the attempts before have counted.
 */
export function countingOnce(onMoved: (sizeBytes: number) => void): () => (sizeBytes: number) => void {
  let countedBytes = 0;
  return () => {
    let movedBytes = 0;
    return (sizeBytes) => {
      movedBytes += sizeBytes;
      const newBytes = movedBytes - countedBytes;
      if (newBytes <= 0) return;
      countedBytes = movedBytes;
      onMoved(newBytes);
    };
  };
}

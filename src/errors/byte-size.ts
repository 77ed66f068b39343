const UNITS = ["B", "KB", "MB", "GB", "TB"];

/** A size for people: `0 B`, `999 B`, `1.5 KB`, `53.1 MB`. 1 KB is 1,000 bytes, as in AWS bills. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

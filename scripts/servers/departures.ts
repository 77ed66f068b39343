/** What a store does instead of what a test expects. It is in the test's title, so that each report of tests has it. */
export interface Departure {
  readonly server: string;
  readonly reason: string;
}

export function departingTitle(title: string, { server, reason }: Departure): string {
  return `${title} — ${server} departs: ${reason}`;
}

/** The test's own title, and how the server departs from it, if it does. */
export function readTitle(title: string): { title: string; departure?: Departure } {
  const match = /^(?<own>.*) — (?<server>\S+) departs: (?<reason>.*)$/s.exec(title)?.groups;
  if (match === undefined) return { title };
  const { own = "", server = "", reason = "" } = match;
  return { title: own, departure: { server, reason } };
}

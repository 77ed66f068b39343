/** The verbs for changes, each with its past tense. */
const PAST_TENSES = { allow: "Allowed", create: "Created", set: "Set", "turn off": "Turned off" } as const;

/** A change of anything but the site's objects, as an imperative: `create the bucket site`. A dry run writes `Would` before it. */
export type Change = `${keyof typeof PAST_TENSES} ${string}`;

/** What the log says of a change that was made, for example `Created the bucket site`. */
export function asDone(change: Change): string {
  const [verb, past] = Object.entries(PAST_TENSES).find(([each]) => change.startsWith(`${each} `)) ?? ["", ""];
  return past + change.slice(verb.length);
}

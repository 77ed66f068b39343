import type { OptionsDescription } from "./describe-options.ts";
import type { InputRow } from "./input-row.ts";

/** All inputs of a task, and what it makes of no more than it needs. */
export interface InputTable {
  readonly task: "AwsS3Upload" | "AwsS3Download" | "AwsS3PublishSite";
  /** The inputs without which no step works. */
  readonly needed: Readonly<Record<string, string>>;
  /** Its options for these, apart from the connection. */
  readonly options: OptionsDescription;
  readonly rows: readonly InputRow[];
}

import type { ToolkitTask } from "./toolkit-tasks.ts";

/** What is different for a step, though its inputs are the same. */
export interface Difference {
  /** Where it shows. */
  readonly input: string;
  /** A sentence or two for the person who migrates. */
  readonly text: string;
}

interface Rule extends Difference {
  readonly tasks: readonly ToolkitTask["name"][];
  /** Whether the rule is about a step, by the value of the input and by all values. */
  applies(value: string, values: ReadonlyMap<string, string>): boolean;
}

const BOTH = ["S3Upload", "S3Download"] as const;
const isTrue = (value: string | undefined) => value?.toLowerCase() === "true";
const linesOf = (value: string) => value.split(/\r?\n/).map((line) => line.trim());

const RULES: readonly Rule[] = [
  {
    tasks: ["S3Download"],
    input: "globExpressions",
    applies: (value) => linesOf(value).some((line) => line.startsWith("!")),
    text: "A line with ! excludes now. In the AWS Toolkit it chose everything else, so that nothing was excluded.",
  },
  {
    tasks: ["S3Upload"],
    input: "globExpressions",
    applies: (value) => /\{[^}]*(?:,|\.\.)[^}]*\}/.test(value.replaceAll(/\$\([^)]*\)/g, "")),
    text: "Braces are alternatives now, for example {js,css}. In the AWS Toolkit they were part of the name.",
  },
  {
    tasks: ["S3Download"],
    input: "sourceFolder",
    applies: (value) => value !== "" && !value.endsWith("/"),
    text: "The key prefix means the folder alone now. In the AWS Toolkit, releases also downloaded releases-old/.",
  },
  {
    tasks: ["S3Download"],
    input: "sourceFolder",
    applies: (value, values) => value.endsWith("/") && !/^\s*\*\*\s*$/.test(values.get("globExpressions") ?? "**"),
    text: "With / at its end, the AWS Toolkit compared patterns with names that lack their first letter. Check globExpressions: they are compared with whole names now.",
  },
  {
    tasks: ["S3Upload"],
    input: "filesAcl",
    applies: (value) => value !== "" && value !== "bucket-owner-full-control",
    text: "Most buckets refuse this ACL, because their ACLs are off. Remove the input, unless the bucket has ACLs.",
  },
  {
    tasks: BOTH,
    input: "flattenFolders",
    applies: isTrue,
    text: "If two files have one name, the step fails now. In the AWS Toolkit the last one won.",
  },
  {
    tasks: BOTH,
    input: "logRequest",
    applies: isTrue,
    text: "This input is not used: requests are not logged, because they hold secrets. Remove it.",
  },
  {
    tasks: BOTH,
    input: "logResponse",
    applies: isTrue,
    text: "This input is not used: answers are not logged, because they may hold secrets. Remove it.",
  },
];

/** What is different for a step of the toolkit's task with these inputs, once it is a step of ours. */
export function findDifferences(task: ToolkitTask, values: ReadonlyMap<string, string>): Difference[] {
  return RULES.filter(({ tasks, input, applies }) => {
    const value = values.get(input);
    return tasks.includes(task.name) && value !== undefined && applies(value, values);
  });
}

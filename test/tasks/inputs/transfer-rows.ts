import { booleanRow, choiceRow, type InputRow, undefinedVariable, type WrongCase } from "./input-row.ts";

const withFlattenFolders: WrongCase = {
  value: "true",
  others: { flattenFolders: "true" },
  errors: [
    "deleteExtra: it cannot be used with flattenFolders, because the names do not show the folders of the files. Set one of the two to false. [inputs-in-conflict]",
  ],
};
const withShard: WrongCase = {
  value: "true",
  others: { shard: "true" },
  errors: [
    "deleteExtra: it cannot be used with shard, because each job knows only its share of the files. Set one of the two to false, and delete in a later job without shard. [inputs-in-conflict]",
  ],
};

export const patternsRow: InputRow = {
  input: "globExpressions",
  valid: [
    {
      value: "**\n!**/*.map\n# not these\n!.well-known/",
      means: { matched: ["index.html", "assets/app.js"] },
    },
    { value: "!*.html", means: { matched: ["assets/app.js", "assets/app.js.map", ".well-known/ä.txt"] } },
    { value: "assets/*.{js,css}", means: { matched: ["assets/app.js"] } },
  ],
  empty: { says: "`**`, all", means: {} },
  wrong: [
    {
      value: "**\n!src/[ab",
      errors: [
        'globExpressions: pattern "!src/[ab": it has a [ that is not closed. Write \\[ for the character itself. [pattern-invalid]',
      ],
    },
    {
      value: "C:\\out\\**",
      errors: [
        'globExpressions: pattern "C:\\out\\**": it starts at the root of a disk. Write it relative to sourceFolder. [pattern-invalid]',
      ],
    },
    undefinedVariable("globExpressions", "$(Out)/**", "Out"),
  ],
};

const ignoreCaseRow: InputRow = {
  input: "ignoreCase",
  valid: [
    { value: "true", others: { globExpressions: "**/*.JS" }, means: { matched: ["assets/app.js"] } },
    {
      value: "TRUE",
      others: { globExpressions: "Assets/" },
      means: { matched: ["assets/app.js", "assets/app.js.map"] },
    },
    { value: "false", others: { globExpressions: "**\n!Assets/**" }, means: {} },
  ],
  empty: { says: "`false`", others: { globExpressions: "**/*.JS" }, means: { matched: [] } },
  wrong: [
    {
      value: "yes",
      errors: ['ignoreCase: "yes" is neither true nor false. Enter one of the two. [input-not-boolean]'],
    },
  ],
};

export const maxDeleteRow: InputRow = {
  input: "maxDelete",
  valid: [
    { value: "20%", means: { maxDelete: { kind: "share", percent: 20 } } },
    { value: "100", means: { maxDelete: { kind: "count", count: 100 } } },
    { value: "0", means: { maxDelete: { kind: "count", count: 0 } } },
    { value: "100 %", means: { maxDelete: { kind: "share", percent: 100 } } },
  ],
  empty: { says: "`50%`", means: {} },
  wrong: ["101%", "half", "-1"].map((value) => ({
    value,
    errors: [
      `maxDelete: "${value}" is neither a number nor a percentage. Enter how many may be deleted: a number, for example 100, or a percentage from 0% to 100%, for example 50%. [delete-limit-invalid]`,
    ],
  })),
};

/** Accepted from pipelines of the AWS Toolkit, and not used. */
export const toolkitLoggingRows: InputRow[] = ["logRequest", "logResponse"].map((input) => ({
  input,
  valid: [
    { value: "true", means: {} },
    { value: "false", means: {} },
  ],
  empty: { says: "`false`", means: {} },
  wrong: [
    { value: "yes", errors: [`${input}: "yes" is neither true nor false. Enter one of the two. [input-not-boolean]`] },
  ],
}));

export const dryRunRow = booleanRow("dryRun");

/** The inputs of both transfers that say what is transferred. */
export const transferRows = (wrongDeleteExtra: readonly WrongCase[] = []): InputRow[] =>
  [
    patternsRow,
    ignoreCaseRow,
    booleanRow("flattenFolders"),
    choiceRow("overwrite", ["changed", "always", "never", "error", "true", "false"]),
    choiceRow("compareBy", ["checksum", "sizeAndTime", "size"]),
    booleanRow("deleteExtra", {
      wrong: [withFlattenFolders, withShard, ...wrongDeleteExtra],
    }),
    maxDeleteRow,
    dryRunRow,
    choiceRow("ifNoFilesFound", ["error", "warn", "ignore"]),
  ].map((row) => (row.input === "overwrite" ? withToolkitValues(row) : row));

/** `true` and `false` are understood as other values. */
function withToolkitValues(row: InputRow): InputRow {
  return {
    ...row,
    valid: [
      ...row.valid.filter(({ value }) => value !== "true" && value !== "false"),
      { value: "True", means: { overwrite: "always" } },
      { value: "false", means: { overwrite: "error" } },
    ],
  };
}

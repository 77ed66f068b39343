import assert from "node:assert/strict";
import { type CheckedTask, isShown, parseVisibleRule, refusals } from "../../local/pipeline/task-rules.ts";

const accepted: CheckedTask = {
  id: "6f1c7d0e-4b55-4c1b-9a0c-3d2f8e7a5b16",
  name: "Example",
  friendlyName: "An example",
  groups: [{ name: "more", visibleRule: "mode = own" }],
  inputs: [
    { name: "mode", aliases: ["kind"] },
    { name: "key", groupName: "more", visibleRule: "mode = own && mode != none" },
    { name: "note", visibleRule: "mode = own || mode Contains x" },
  ],
};

/** The accepted task with another input behind its own. */
function withInput(input: NonNullable<CheckedTask["inputs"]>[number]): CheckedTask {
  return { ...accepted, inputs: [...(accepted.inputs ?? []), input] };
}

function withRule(visibleRule: string): CheckedTask {
  return withInput({ name: "last", visibleRule });
}

function withGroup(group: NonNullable<CheckedTask["groups"]>[number]): CheckedTask {
  return { ...accepted, groups: [...(accepted.groups ?? []), group] };
}

const operators = "== != <= >= = < > Contains NotContains StartsWith NotStartsWith EndsWith NotEndsWith";

const refused: readonly [mistake: string, task: CheckedTask, says: string[]][] = [
  [
    "a visibleRule that names a later input, as two of AwsS3PublishSite once did",
    {
      ...accepted,
      groups: [],
      inputs: [
        { name: "errorDocument", visibleRule: "singlePageApp = false" },
        { name: "singlePageApp" },
        { name: "hostedZoneId", visibleRule: "createHostedZone = false" },
        { name: "createHostedZone" },
      ],
    },
    [
      'Input errorDocument: visibleRule "singlePageApp = false" names singlePageApp. Declare singlePageApp before errorDocument.',
      'Input hostedZoneId: visibleRule "createHostedZone = false" names createHostedZone. Declare createHostedZone before hostedZoneId.',
    ],
  ],
  [
    "a visibleRule that names its own input",
    withRule("last = 1"),
    ['Input last: visibleRule "last = 1" names last. Declare last before last.'],
  ],
  [
    "a visibleRule that names no input",
    withRule("nobody = 1 && nobody != 2"),
    ['Input last: visibleRule "nobody = 1 && nobody != 2" names nobody, which is not an input of the task.'],
  ],
  [
    "&& and || in one rule",
    withRule("mode = a && key = b || note = c"),
    ['Input last: visibleRule "mode = a && key = b || note = c" has both && and ||. Use only one of them.'],
  ],
  [
    "parentheses",
    withRule("(mode = a)"),
    ['Input last: visibleRule "(mode = a)" has parentheses, which are not supported.'],
  ],
  [
    "an unknown operator",
    withRule("mode In a,b"),
    [
      `Input last: visibleRule "mode In a,b": "mode In a,b" is not a comparison. Write: input operator value. The operators are ${operators}.`,
    ],
  ],
  [
    "a comparison without a value",
    withRule("mode = a && key ="),
    [
      `Input last: visibleRule "mode = a && key =": "key =" is not a comparison. Write: input operator value. The operators are ${operators}.`,
    ],
  ],
  [
    "an input name with other characters, in a rule",
    withRule("my-mode = a"),
    [
      `Input last: visibleRule "my-mode = a": "my-mode = a" is not a comparison. Write: input operator value. The operators are ${operators}.`,
    ],
  ],
  [
    "a value with | or &",
    withRule("mode = a|b && key = c&d"),
    ['Input last: visibleRule "mode = a|b && key = c&d": the value a|b must not contain | or &.'],
  ],
  [
    "an input name with other characters",
    withInput({ name: "my-mode" }),
    ["Input my-mode: its name has characters other than letters, digits and spaces."],
  ],
  [
    "an alias that is another input's name, in any case",
    withInput({ name: "last", aliases: ["Mode"] }),
    ["Input last: the name Mode is already a name of input mode."],
  ],
  [
    "an alias that another input has",
    withInput({ name: "last", aliases: ["KIND"] }),
    ["Input last: the name KIND is already a name of input mode."],
  ],
  [
    "an input that is declared twice",
    withInput({ name: "Mode" }),
    ["Input Mode: the name Mode is already a name of input mode."],
  ],
  [
    "a group that is not declared",
    withInput({ name: "last", groupName: "rest" }),
    ["Input last: its group rest is not declared."],
  ],
  ["a group that is declared twice", withGroup({ name: "more" }), ["Group more is declared twice."]],
  [
    "a group's visibleRule that names an input of the group",
    withGroup({ name: "more", visibleRule: "key = a" }),
    [
      "Group more is declared twice.",
      'Group more: visibleRule "key = a" names key, which is an input of the same group.',
    ],
  ],
  [
    "a group's visibleRule that names no input",
    withGroup({ name: "rest", visibleRule: "nobody = a" }),
    ['Group rest: visibleRule "nobody = a" names nobody, which is not an input of the task.'],
  ],
  [
    "a title of more than 40 characters",
    { ...accepted, friendlyName: "Upload the output of a build to Amazon S3" },
    ['The friendlyName "Upload the output of a build to Amazon S3" must have 1 to 40 characters.'],
  ],
  ["no title", { ...accepted, friendlyName: "" }, ['The friendlyName "" must have 1 to 40 characters.']],
  ["an id that is not a GUID", { ...accepted, id: "upload" }, ['The id "upload" is not a GUID.']],
  [
    "a task name with other characters",
    { ...accepted, name: "My Task" },
    ['The name "My Task" has characters other than letters, digits and -.'],
  ],
];

describe("The server's rules for a task", () => {
  it("accept a task without a mistake", () => assert.deepEqual(refusals(accepted), []));

  for (const [mistake, task, says] of refused) {
    it(`refuse ${mistake}`, () => assert.deepEqual(refusals(task), says));
  }
});

describe("A visibleRule is read as", () => {
  const rules: readonly [rule: string, joinedBy: string, comparisons: readonly (readonly string[])[]][] = [
    ["mode=a", "||", [["mode", "=", "a"]]],
    ["  mode == 'a b'  ", "||", [["mode", "==", "'a b'"]]],
    [
      'mode != "" && size>=1&&size <2',
      "&&",
      [
        ["mode", "!=", '""'],
        ["size", ">=", "1"],
        ["size", "<", "2"],
      ],
    ],
    [
      "my mode NotStartsWith x || glob EndsWith **/*.html",
      "||",
      [
        ["my mode", "NotStartsWith", "x"],
        ["glob", "EndsWith", "**/*.html"],
      ],
    ],
    ["mode = b Contains c", "||", [["mode", "=", "b Contains c"]]],
    ["mode NotContains c", "||", [["mode", "NotContains", "c"]]],
  ];
  for (const [rule, joinedBy, comparisons] of rules) {
    it(rule, () =>
      assert.deepEqual(parseVisibleRule(rule), {
        joinedBy,
        comparisons: comparisons.map(([input, operator, value]) => ({ input, operator, value })),
      }),
    );
  }
});

describe("What has a visibleRule is shown", () => {
  const values: Readonly<Record<string, string>> = { mode: "own", size: "10", none: "" };
  const rules: readonly [rule: string | undefined, isVisible: boolean][] = [
    [undefined, true],
    ["mode = own", true],
    ["mode == 'own'", true],
    ["mode != own", false],
    ["none != own && mode != other", true],
    ["none != own && mode != own", false],
    ["mode = other || size > 9", true],
    ["size < 9 || size <= 9", false],
    ["size >= 10 && mode Contains w && mode NotContains x", true],
    ["mode StartsWith o && mode NotStartsWith w", true],
    ["mode EndsWith o || mode NotEndsWith n", false],
    ["missing = own", false],
  ];
  for (const [rule, isVisible] of rules)
    it(`${rule}: ${isVisible}`, () =>
      assert.equal(
        isShown(rule, (input) => values[input] ?? ""),
        isVisible,
      ));
});

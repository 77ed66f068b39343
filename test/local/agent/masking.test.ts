import assert from "node:assert/strict";
import { SecretMasker } from "../../../local/agent/secret-masker.ts";
import { ownLines, printing, runFake, temporaryFolder } from "./fake-task.ts";

describe("The secret masker", () => {
  const cases: [title: string, secrets: string[], text: string, masked: string][] = [
    ["hides a secret wherever it stands", ["def"], "abcdefgdef", "abc***g***"],
    ["hides a secret of a single character", ["q"], "a quick q", "a ***uick ***"],
    ["takes adjacent and overlapping secrets together", ["abc", "bcd"], "abcabcd.", "***."],
    ["finds a secret that overlaps itself", ["aba"], "xababa", "x***"],
    ["leaves text alone that holds none", ["abc"], "abd", "abd"],
    ["knows a secret in JSON", ['a"b\\c\n'], 'x "a\\"b\\\\c\\n"', 'x "***"'],
    ["knows a secret in a URL", ["a b/c+d'e"], "?x=a%20b%2Fc%2Bd%27e", "?x=***"],
    ["knows a secret without its backslashes", ["a\\\\b\\tc"], "a\\b\tc", "***"],
    ["hides a secret of several lines as a whole only", ["one\ntwo"], "one two one\ntwo", "one two ***"],
    ["hides the password of any URL", [], "to https://me:pa%20s$@host/ and //a@b", "to https://me:***@host/ and //a@b"],
  ];
  for (const [title, secrets, text, masked] of cases) {
    it(title, () => {
      const masker = new SecretMasker();
      for (const secret of secrets) masker.add(secret);
      assert.equal(masker.mask(text), masked);
    });
  }

  it("knows the value of a secret variable unquoted, trimmed, in Base64 and with its line breaks escaped", () => {
    const masker = new SecretMasker();
    masker.addVariable('"quoted"');
    masker.addVariable(" padded\n");
    masker.addVariable("two\nlines%");
    masker.addVariable("   ");
    const text = `quoted padded ${Buffer.from('"quoted"').toString("base64")} two%0Alines% two%0Alines%AZP25   .`;
    assert.equal(masker.mask(text), "*** *** *** *** ***   .");
  });
});

describe("The log of a step", () => {
  const folder = temporaryFolder();

  it("hides secret variables and what the task calls secret, from then on, while the raw output does not", async () => {
    const lines = ["hush early", "##vso[task.setsecret]early", "hush early", "##vso[task.logissue type=error]no hush"];
    const result = await runFake(folder(), {
      script: printing(...lines, "##vso[task.complete result=Failed]hush now"),
      request: { secretVariables: { token: "hush" } },
    });
    assert.deepEqual(ownLines(result), ["*** early", "*** ***", "##[error]no ***"]);
    assert.deepEqual([result.issues, result.resultMessage], [[{ type: "error", message: "no ***" }], "*** now"]);
    assert.ok(result.rawOutput.startsWith("hush early\n"));
  });

  it("is passed on line by line as it is kept", async () => {
    const lines: string[] = [];
    const result = await runFake(folder(), {
      script: 'process.stdout.write("one\\rtwo\\r\\nthr"); setTimeout(() => process.stdout.write("ee\\n\\nlast"), 30)',
      request: { onLine: (line) => lines.push(line), displayName: "Say it" },
    });
    assert.deepEqual(lines, result.log);
    assert.deepEqual(result.log, [
      "##[section]Starting: Say it",
      "=".repeat(78),
      "Task         : Fake task",
      "Description  : Does what a test wants",
      "Version      : 1.2.3",
      "Author       : tests",
      "Help         : None",
      "=".repeat(78),
      "one",
      "two",
      "three",
      "",
      "last",
      "##[section]Finishing: Say it",
    ]);
  });
});

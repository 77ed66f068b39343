import assert from "node:assert/strict";
import type { StepResult } from "../../local/agent/agent.ts";
import { downloadBench } from "./download-bench.ts";
import { assertDone, assertFailed, outcomeOf, uploadBench } from "./upload-bench.ts";

const CODE = "[pattern-without-match]";
const SPELLING = "Check the spelling, also upper and lower case.";
const inAllFolders = (pattern: string) => `${SPELLING} For all folders, write "**/${pattern}".`;
const separate = (character: string, pattern: string) =>
  `A \\ before ${character} makes it a part of the name. To separate folders, write "${pattern}".`;
const perhaps = (pattern: string) => `Perhaps you mean "${pattern}".`;

/** The lines of the log that start with an input's name and are no issues. */
function notesIn({ log }: StepResult): string[] {
  return log.filter((line) => /^[a-zA-Z, ]+: (line|the|not|[A-Z]+) /.test(line) && !line.startsWith("##"));
}

describe("AwsS3Upload, given patterns that match nothing,", () => {
  const bench = uploadBench("embedded");
  beforeEach(() => {
    bench.source.write({
      "index.html": "i",
      "js/app.js": "a",
      "js/app.js.map": "m",
      "packages/one/node_modules/x.js": "x",
      "node_modules/y.js": "y",
      "Docs/a.md": "d",
    });
  });

  const cases: readonly [title: string, globs: string[], warnings: string[], notes: string[]][] = [
    ["says nothing if all lines are of use", ["**", "!**/*.map", "js/*.map"], [], []],
    ["names an include", ["**", "*.htm"], [`line 2, "*.htm", matches no file. ${inAllFolders("*.htm")}`], []],
    [
      "counts lines as they are entered",
      ["# site", "**", "", "*.htm"],
      [`line 4, "*.htm", matches no file. ${inAllFolders("*.htm")}`],
      [],
    ],
    [
      "knows a depth that was forgotten",
      ["*.html", "*.js"],
      [`line 2, "*.js", matches no file. ${inAllFolders("*.js")}`],
      [],
    ],
    ["knows a folder without its /", ["*.html", "js"], [`line 2, "js", matches no file. ${perhaps("js/")}`], []],
    [
      "knows a character that a backslash makes part of a name",
      ["**", "js\\(x86)/**", "!js\\!min/*", "js\\[a]/*"],
      [
        `line 2, "js\\(x86)/**", matches no file. ${separate("(", "js/(x86)/**")}`,
        `line 3, "!js\\!min/*", excludes no file. ${separate("!", "!js/!min/*")}`,
        `line 4, "js\\[a]/*", matches no file. ${SPELLING}`,
      ],
      [],
    ],
    ["notes an exclusion", ["**", "!**/*.bak"], [], [`line 2, "!**/*.bak", excludes no file.`]],
    [
      "warns of an exclusion of a folder without its /",
      ["**", "!node_modules"],
      [`line 2, "!node_modules", excludes no file. ${perhaps("!node_modules/")}`],
      [],
    ],
    [
      "warns of an exclusion in one folder that was meant for all",
      ["!*.map"],
      [`line 1, "!*.map", excludes no file. ${perhaps("!**/*.map")}`],
      [],
    ],
    [
      "counts exclusions of folders that nobody reads",
      ["js/**", "!node_modules/", "!.git/"],
      [],
      [`line 3, "!.git/", excludes no file.`],
    ],
  ];
  for (const [title, globs, warnings, notes] of cases) {
    it(title, async () => {
      const result = await bench.upload({ globExpressions: globs.join("\n"), dryRun: "true" });
      assert.deepEqual(
        [outcomeOf(result).result, outcomeOf(result).warnings ?? [], notesIn(result)],
        [
          "Succeeded",
          warnings.map((message) => `globExpressions: ${message} ${CODE}`),
          notes.map((message) => `globExpressions: ${message}`),
        ],
      );
    });
  }

  it("decides before the jobs share the files", async () => {
    for (const position of ["1", "2", "3"]) {
      const variables = { "System.TotalJobsInPhase": "3", "System.JobPositionInPhase": position };
      const inputs = { globExpressions: "index.html\n**/*.md\n*.htm", shard: "true" };
      const result = await bench.upload(inputs, { variables });
      assert.deepEqual(outcomeOf(result).warnings, [
        `globExpressions: line 3, "*.htm", matches no file. ${inAllFolders("*.htm")} ${CODE}`,
      ]);
    }
  });

  it("leaves it at one message if nothing matches at all", async () => {
    const globExpressions = "a\nb\n!c";
    assertFailed(await bench.upload({ globExpressions }), [
      "globExpressions: no file matches. Check the patterns and sourceFolder, and that an earlier step created the files. [no-files-found]",
    ]);
    assertDone(await bench.upload({ globExpressions, ifNoFilesFound: "ignore" }), {});
  });

  it("says which lines miss something only because of case, also if nothing is found", async () => {
    const miss = (line: string, misses: string) =>
      `globExpressions: line ${line}, does not ${misses}, because upper and lower case are different. Write the pattern in the same case, or set ignoreCase to true. [pattern-case-differs]`;
    const files = { "bin/App.PDB": "p", "bin/Web.Pdb": "p", "bin/app.pdb": "p", "bin/app.exe": "e" };
    bench.source.write(files);
    const some = await bench.upload({ globExpressions: "bin/**\n!**/*.pdb\ndocs/**\n!BIN/*.exe", dryRun: "true" });
    assert.deepEqual(outcomeOf(some).warnings, [
      miss('2, "!**/*.pdb"', "exclude bin/App.PDB and 1 other"),
      miss('3, "docs/**"', "include Docs/"),
      miss('4, "!BIN/*.exe"', "exclude bin/app.exe"),
    ]);
    const none = await bench.upload({ globExpressions: "*.HTML\nDocs\\(x86)/*", ifNoFilesFound: "warn" });
    assert.deepEqual(outcomeOf(none).warnings, [
      miss('1, "*.HTML"', "include index.html"),
      `globExpressions: line 2, "Docs\\(x86)/*", matches no file. ${separate("(", "Docs/(x86)/*")} ${CODE}`,
      "globExpressions: no file matches. Check the patterns and sourceFolder, and that an earlier step created the files. [no-files-found]",
    ]);
  });

  it("says nothing of case if another line has the other case, or case is ignored", async () => {
    bench.source.write({ "bin/App.PDB": "p", "bin/app.pdb": "p", "bin/app.exe": "e" });
    const both = await bench.upload({ globExpressions: "bin/**\n!**/*.pdb\n!**/*.PDB" });
    assertDone(both, { uploaded: 1, bytes: 1 });
    await bench.put("bin/OLD.EXE", { ContentType: "application/octet-stream" });
    const inputs = { globExpressions: "BIN/**\n!**/*.pdb", ignoreCase: "true", deleteExtra: "true", maxDelete: "100%" };
    assertDone(await bench.upload(inputs), { unchanged: 1, deleted: 1 });
  });

  it("gives files the headers of patterns in another case if case is ignored", async () => {
    bench.source.remove();
    bench.source.write({ "INDEX.HTML": "i", "App.JS": "a" });
    const inputs = {
      ignoreCase: "true",
      headers: "*.html\n  Content-Language: de",
      cacheControl: "**/*.js=no-cache",
    };
    assertDone(await bench.upload(inputs), { uploaded: 2, bytes: 2 });
    const [page, script] = [await bench.head("INDEX.HTML"), await bench.head("App.JS")];
    assert.deepEqual([page.ContentLanguage, script.CacheControl], ["de", "no-cache"]);
    const unused = await bench.upload({ ...inputs, ignoreCase: "false" });
    assert.equal(outcomeOf(unused).warnings?.length, 2);
  });

  it("counts a pattern for objects that are to be deleted", async () => {
    await bench.put("old/a.txt", { ContentType: "text/plain" });
    const inputs = { globExpressions: "index.html\nold/", deleteExtra: "true", maxDelete: "100%" };
    assertDone(await bench.upload(inputs), { uploaded: 1, deleted: 1, bytes: 1 });
  });

  it("names rules of headers and cacheControl that are for no file", async () => {
    const result = await bench.upload({
      headers: "**/*.html\n  Cache-Control: no-cache\n\n# fonts\n*.woff2\n*.js\n  Cache-Control: max-age=60",
      cacheControl: "**/*.js=max-age=60\ndocs/**=no-store\n**/*.css=no-cache",
      dryRun: "true",
    });
    assert.deepEqual(outcomeOf(result).warnings, [
      `cacheControl: line 2: the rule for "docs/**" matches no file. ${SPELLING} ${CODE}`,
      `cacheControl: line 3: the rule for "**/*.css" matches no file. ${SPELLING} ${CODE}`,
      `headers: line 5: the rule for "*.woff2", "*.js" matches no file. ${perhaps("**/*.js")} ${CODE}`,
    ]);
  });
});

describe("AwsS3Upload, given variables that are not defined,", () => {
  const bench = uploadBench("embedded");
  const undefinedVariable = (name: string) =>
    `the variable ${name} is not defined, so $(${name}) is still in the input.`;
  const DEFINE_IT = "Define the variable, or correct its name. [variable-not-defined]";

  it("refuses paths, names and prefixes, and sends nothing", async () => {
    bench.source.write({ "a.txt": "a" });
    const result = await bench.upload({
      bucketName: "$(Bucket)",
      sourceFolder: `${bench.source.path}/$(Out.Dir)`,
      targetFolder: "releases/$(Build.Numer)/$(Os)",
      globExpressions: "$(Pattern)",
    });
    assertFailed(result, [
      `bucketName: ${undefinedVariable("Bucket")} ${DEFINE_IT}`,
      `sourceFolder: ${undefinedVariable("Out.Dir")} ${DEFINE_IT}`,
      `globExpressions: ${undefinedVariable("Pattern")} ${DEFINE_IT}`,
      `targetFolder: ${undefinedVariable("Build.Numer")} ${DEFINE_IT}`,
      `targetFolder: ${undefinedVariable("Os")} ${DEFINE_IT}`,
    ]);
    bench.assertOperations({});
  });

  it("warns of other values, and uses them as they are", async () => {
    bench.source.write({ "a.txt": "a" });
    const result = await bench.upload({ metadata: "build=$(Build.Numer)", cacheControl: "**=max-age=$(Age)" });
    assert.deepEqual(outcomeOf(result), {
      result: "Succeeded",
      warnings: [
        `cacheControl: ${undefinedVariable("Age")} The text is used as it is. ${DEFINE_IT}`,
        `metadata: ${undefinedVariable("Build.Numer")} The text is used as it is. ${DEFINE_IT}`,
      ],
      counts: { uploaded: 1, bytes: 1 },
    });
  });
});

describe("AwsS3Upload, where another tool has stored files without a type,", () => {
  const bench = uploadBench("embedded");
  const untyped = { ContentType: "binary/octet-stream" };

  it("says so once, and names the input that corrects it", async () => {
    for (const key of ["a.html", "b.html", "c.css"]) await bench.put(key, { Body: key, ...untyped });
    bench.source.write({ "a.html": "a.html", "b.html": "b.html", "c.css": "c.css" });
    const result = await bench.upload();
    assert.deepEqual(outcomeOf(result).counts, { unchanged: 3 });
    const [warning, ...others] = outcomeOf(result).warnings ?? [];
    assert.deepEqual(others, []);
    assert.match(
      warning ?? "",
      /^headers: (a\.html|b\.html|c\.css) is unchanged, but its Content-Type is binary\/octet-stream and not text\/(html|css); charset=utf-8\. Other objects may have the same problem\. To correct that without uploading files again, set their Content-Type by pattern in headers\. \[content-type-missing\]$/,
    );
    const headers = "**/*.html\n  Content-Type: text/html\n*.css\n  Content-Type: text/css";
    assertDone(await bench.upload({ headers }), { updated: 3 });
    assertDone(await bench.upload({ headers }), { unchanged: 3 });
    assertDone(await bench.upload(), { unchanged: 3 });
  });

  it("asks for a few objects, and for none that this task has stored", async () => {
    const names = Array.from({ length: 30 }, (_, index) => `${index}.html`);
    for (const name of names) await bench.put(name, { Body: name, ContentType: "text/html" });
    bench.source.write(Object.fromEntries(names.map((name) => [name, name])));
    assertDone(await bench.upload(), { unchanged: 30 });
    bench.assertOperations({ ListObjectsV2: 1, HeadObject: 2 });
    assert.equal(outcomeOf(await bench.upload({ overwrite: "always" })).counts?.uploaded, 30);
    assertDone(await bench.upload(), { unchanged: 30 });
    bench.assertOperations({ ListObjectsV2: 1 });
  });

  it("says nothing of files whose type their names do not tell, nor if it may not look", async () => {
    await bench.put("LICENSE", { Body: "text", ...untyped });
    bench.source.write({ LICENSE: "text" });
    assertDone(await bench.upload(), { unchanged: 1 });
    await bench.put("a.html", { Body: "a", ...untyped });
    bench.source.write({ "a.html": "a" });
    const denied = { kind: "status", status: 403, code: "AccessDenied", message: "Access Denied" } as const;
    const result = await bench.during({ operation: "HeadObject" }, denied, () => bench.upload());
    assertDone(result, { unchanged: 2 });
  });
});

describe("AwsS3Download, given patterns that match nothing,", () => {
  const bench = downloadBench("embedded");

  it("names them, before the jobs share the objects", async () => {
    await bench.put({ "in/a/b.zip": "b", "in/c.txt": "c" });
    const globExpressions = "*.txt\n*.zip\n*.msi\n!a\n!**/*.bak";
    for (const position of ["1", "2"]) {
      const variables = { "System.TotalJobsInPhase": "2", "System.JobPositionInPhase": position };
      const inputs = { sourceFolder: "in", globExpressions, shard: "true" };
      const result = await bench.download(inputs, { variables });
      assert.deepEqual(outcomeOf(result).warnings, [
        `globExpressions: line 2, "*.zip", matches no object. ${perhaps("**/*.zip")} ${CODE}`,
        `globExpressions: line 3, "*.msi", matches no object. ${inAllFolders("*.msi")} ${CODE}`,
        `globExpressions: line 4, "!a", excludes no object. ${perhaps("!a/")} ${CODE}`,
      ]);
      assert.deepEqual(notesIn(result), [`globExpressions: line 5, "!**/*.bak", excludes no object.`]);
    }
  });

  it("says which lines miss keys only because of case", async () => {
    await bench.put({ "in/App.PDB": "p", "in/app.exe": "e", "IN/b.txt": "b" });
    const miss = (line: string) =>
      `globExpressions: line ${line}, because upper and lower case are different. Write the pattern in the same case, or set ignoreCase to true. [pattern-case-differs]`;
    const globExpressions = "in/**\n!**/*.pdb";
    const { warnings } = outcomeOf(await bench.download({ globExpressions }));
    assert.deepEqual(warnings, [
      miss('1, "in/**", does not include IN/b.txt'),
      miss('2, "!**/*.pdb", does not exclude in/App.PDB'),
    ]);
    assert.deepEqual(Object.keys(bench.landing.read()), ["in/App.PDB", "in/app.exe"]);
    bench.landing.remove();
    assert.deepEqual(outcomeOf(await bench.download({ globExpressions, ignoreCase: "true" })), { result: "Succeeded" });
    assert.deepEqual(Object.keys(bench.landing.read()), ["IN/b.txt", "in/app.exe"]);
  });

  it("knows a / that keys do not start with", async () => {
    await bench.put({ "in/a.txt": "a", "b.txt": "b" });
    const result = await bench.download({ globExpressions: "b.txt\n/in/**" });
    assert.deepEqual(outcomeOf(result).warnings, [
      `globExpressions: line 2, "/in/**", matches no object. ${perhaps("in/")} ${CODE}`,
    ]);
  });

  it("counts a pattern for keys that no file can have", async () => {
    await bench.put({ "../up.txt": "u", "a/../b.txt": "b", "c.txt": "c" });
    const result = await bench.download({ globExpressions: "**\n!../*\n!a/../**" });
    assert.deepEqual(
      [outcomeOf(result).result, outcomeOf(result).warnings, notesIn(result)],
      ["Succeeded", undefined, []],
    );
    assert.deepEqual(bench.landing.read(), { "c.txt": "c" });
  });

  it("counts a pattern for files that are to be deleted", async () => {
    await bench.put({ "a.txt": "a" });
    bench.landing.write({ "old/b.txt": "b" });
    const inputs = { globExpressions: "a.txt\nold/", deleteExtra: "true", maxDelete: "100%" };
    assert.equal(outcomeOf(await bench.download(inputs)).warnings, undefined);
  });
});

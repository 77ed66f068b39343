import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { whyNameIsRefused } from "../../src/files/safe-path.ts";

const empty = "it starts or ends with a slash, or has two slashes in a row";
const forbidden = (character: string) => `it has ${character}, which Windows does not allow`;
const dropped = "the name of a file or folder in it ends with a dot or a space, which Windows removes";
const device = (part: string) => `"${part}" is the name of a device on Windows`;

describe("the names that can become files", () => {
  it("are told apart from those that lead elsewhere or nowhere, on every system", () => {
    const refused: Record<string, string> = {
      "": "it has no name after the key prefix",
      "/a": empty,
      "a//b": empty,
      "a/": empty,
      ".": 'it has "." between slashes, which means the same folder',
      "a/./b": 'it has "." between slashes, which means the same folder',
      "..": 'it has ".." between slashes, which means the folder above',
      "../a": 'it has ".." between slashes, which means the folder above',
      "a/..": 'it has ".." between slashes, which means the folder above',
      "a/.s3-1-0123456789.part/b": "the name of a file or folder in it is that of a temporary file of this task",
      "a\0": "it has a NUL character",
      "a\ud800b": "it is not valid Unicode",
      "\udc00": "it is not valid Unicode",
    };
    for (const platform of ["linux", "darwin", "win32"] as const) {
      assert.deepEqual(refusals(Object.keys(refused), platform), refused);
      const accepted = [
        "a",
        "...a/..b/.c",
        "a b/c",
        "ä/漢字/😀",
        "-",
        "~",
        "a~1",
        "x".repeat(255),
        "COM",
        "console",
        "lpt10",
      ];
      assert.deepEqual(refusals(accepted, platform), {});
    }
  });

  it("are as long as the system allows", () => {
    const long = { é: 128, 漢: 86, "😀": 64 };
    const names = Object.entries(long).map(([character, count]) => `a/${character.repeat(count)}`);
    const reason = "the name of a file or folder in it has more than 255 bytes";
    assert.deepEqual(refusals(names, "linux"), Object.fromEntries(names.map((name) => [name, reason])));
    assert.deepEqual(refusals(names, "win32"), {});
    assert.equal(
      whyNameIsRefused("x".repeat(256), "win32"),
      "the name of a file or folder in it has more than 255 characters",
    );
    assert.deepEqual(refusals([`${"漢".repeat(85)}/${"é".repeat(127)}`], "linux"), {});
  });

  it("are fewer on Windows", () => {
    const refused: Record<string, string> = {
      "a\\b": forbidden("\\"),
      "..\\a": forbidden("\\"),
      "C:/a": forbidden(":"),
      "c:a": forbidden(":"),
      "a/b:stream": forbidden(":"),
      "a<": forbidden("<"),
      "a>": forbidden(">"),
      'a"': forbidden('"'),
      "a|b": forbidden("|"),
      "a?": forbidden("?"),
      "a*": forbidden("*"),
      "a\n": forbidden("a control character"),
      "\x01/a": forbidden("a control character"),
      "a./b": dropped,
      "a ": dropped,
      ". .": dropped,
      con: device("con"),
      "a/PRN": device("PRN"),
      "Aux.txt": device("Aux.txt"),
      "nul.tar.gz": device("nul.tar.gz"),
      "nul .txt": device("nul .txt"),
      "com1/a": device("com1"),
      COM0: device("COM0"),
      "lpt9.x": device("lpt9.x"),
      "COM¹": device("COM¹"),
      "lpt².txt": device("lpt².txt"),
      "Com³": device("Com³"),
      CONIN$: device("CONIN$"),
      "conout$.log": device("conout$.log"),
    };
    assert.deepEqual(refusals(Object.keys(refused), "win32"), refused);
    assert.deepEqual(refusals(Object.keys(refused), "linux"), {});
  });

  it("come back from a disk as they were", async function () {
    if (process.platform !== "linux") this.skip();
    const folder = await mkdtemp(join(tmpdir(), "names-"));
    const names = ["a\\b", "a\nb", "\x01", "C:", "con", "a.", "a ", "*?", "e\u0301", "é", "\ufffd"];
    try {
      assert.deepEqual(refusals(names, "linux"), {});
      for (const name of names) writeFileSync(join(folder, name), "");
      assert.deepEqual((await readdir(folder)).sort(), names.sort());
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

/** The names that are refused, with why. */
function refusals(names: readonly string[], platform: NodeJS.Platform): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const reason = whyNameIsRefused(name, platform);
      return reason === undefined ? [] : [[name, reason]];
    }),
  );
}

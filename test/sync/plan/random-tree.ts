import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, sep } from "node:path";
import type { Random } from "../../random.ts";

/** The files of a folder: path, with `/` between its names, to content. */
export type Tree = Map<string, Buffer>;

const FOLDERS = ["", "", "a/", "a/b/", "sub folder/", "ä ö/", "😀/", ".hidden/", "..x/", "a.d/", `${"l".repeat(200)}/`];
const NAMES = [
  "a",
  "a b",
  "index.html",
  ".dot",
  "..dots",
  "1+1=2",
  "100%",
  "%2F",
  "#1",
  "~",
  "it's",
  "(x)[y]{z}",
  "a&b;c=d",
  "ünï",
  "日本",
  "😀.txt",
  "～",
  "@:,!*$",
  'quo"te',
].filter((name) => process.platform !== "win32" || !/[:*"]/.test(name));
/** With its folder about 900 bytes. */
const LONG = `${"d".repeat(200)}/${"e".repeat(200)}/${"f".repeat(200)}/${"g".repeat(200)}/${"h".repeat(92)}`;

/** Makes a tree of up to 14 files. */
export function makeTree(random: Random): Tree {
  const tree: Tree = new Map();
  for (let left = random.below(15); left > 0; left--) addFile(tree, random);
  if (random.chance(0.1)) tree.set(LONG, contentOf(random));
  return tree;
}

/** Changes some files of a tree, adds some and takes some away; one in three times, a file becomes a folder or the other way round. */
export function editTree(tree: Tree, random: Random, mayExchangeKinds: boolean): Tree {
  const edited: Tree = new Map(tree);
  for (const [path, content] of tree) {
    const fate = random.below(10);
    if (fate < 2) edited.delete(path);
    else if (fate < 4) edited.set(path, contentOf(random));
    // Other bytes in the same number are what sizes do not show.
    else if (fate < 6) edited.set(path, random.bytes(content.length));
  }
  const [first] = edited.keys();
  if (mayExchangeKinds && first !== undefined && random.chance(0.3)) {
    edited.delete(first);
    edited.set(`${first}/inside`, contentOf(random));
  }
  for (let left = random.below(5); left > 0; left--) addFile(edited, random);
  return edited;
}

function addFile(tree: Tree, random: Random): void {
  const path = random.pick(FOLDERS) + random.pick(NAMES);
  const isInTheWay = [...tree.keys()].some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`));
  if (!isInTheWay) tree.set(path, contentOf(random));
}

function contentOf(random: Random): Buffer {
  return random.bytes(random.pick([0, 1, 10, 1000, random.below(5000)]));
}

/** A temporary folder that holds a tree. */
export class TreeFolder {
  readonly path = mkdtempSync(join(tmpdir(), "tree-"));

  write(tree: Tree): void {
    rmSync(this.path, { recursive: true, force: true });
    mkdirSync(this.path);
    for (const [path, content] of tree) {
      mkdirSync(dirname(join(this.path, path)), { recursive: true });
      writeFileSync(join(this.path, path), content);
    }
  }

  read(): Tree {
    return new Map(
      readdirSync(this.path, { recursive: true, withFileTypes: true }).flatMap((entry) => {
        if (entry.isDirectory()) return [];
        const absolutePath = join(entry.parentPath, entry.name);
        const path = absolutePath.slice(this.path.length + 1).replaceAll(sep, "/");
        return [[path, readFileSync(absolutePath)] as const];
      }),
    );
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { parseSync, Visitor } from "oxc-parser";

/** One file that imports another, or a package. */
export interface Import {
  /** Relative to the repository's root, with `/` between names. */
  readonly file: string;
  /** Another such path, or a package by its name, without what follows it. */
  readonly target: string;
  readonly isPackage: boolean;
}

const SOURCE = /\.(ts|mts|cts|js|mjs|cjs)$/;

/** Source files below some folders, relative to the root, in the order of their paths. */
export function sourceFiles(root: string, folders: readonly string[]): string[] {
  const found = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && SOURCE.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name).slice(join(root, "/").length).replaceAll(sep, "/")),
  );
  return [...new Set(found)].sort();
}

/** All that a file imports: values and types, as it is loaded and later. Node's own modules are not among them. */
export function importsOf(root: string, file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  return specifiersIn(file, text).flatMap((specifier): Import[] => {
    if (specifier.startsWith("node:")) return [];
    if (!specifier.startsWith(".")) return [{ file, target: packageOf(specifier), isPackage: true }];
    const target = normalize(join(dirname(file), specifier)).replaceAll(sep, "/");
    return SOURCE.test(target) ? [{ file, target, isPackage: false }] : [];
  });
}

function specifiersIn(file: string, text: string): string[] {
  const { module, program, errors } = parseSync(file, text);
  if (errors[0]) throw new Error(`${file} cannot be read: ${errors[0].message}`);
  const specifiers = new Set(module.staticImports.map(({ moduleRequest }) => moduleRequest.value));
  for (const { entries } of module.staticExports)
    for (const { moduleRequest } of entries) if (moduleRequest) specifiers.add(moduleRequest.value);
  new Visitor({
    // `import("./a.ts")` as an expression, and as a type.
    ImportExpression({ source }) {
      if (source.type === "Literal" && typeof source.value === "string") specifiers.add(source.value);
    },
    TSImportType({ source }) {
      specifiers.add(source.value);
    },
  }).visit(program);
  return [...specifiers];
}

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

import { CaseInsensitiveMap } from "./case-insensitive-map.ts";

/** One `##vso[area.event name=value;…]data` as a task wrote it, its escapes undone. */
export interface LoggingCommand {
  area: string;
  event: string;
  properties: CaseInsensitiveMap<string>;
  data: string;
}

const prefix = "##vso[";

/** Besides these the percent sign: first on the way out and last on the way in (the agent's CommandStringConvertor). */
const escapes: readonly (readonly [character: string, code: string])[] = [
  [";", "%3B"],
  ["\r", "%0D"],
  ["\n", "%0A"],
  ["]", "%5D"],
];

/** Escapes text as the agent does for a command's data: the percent sign becomes `%AZP25`. */
export function escapeCommandText(text: string): string {
  return escapes.reduce(
    (escaped, [character, code]) => escaped.replaceAll(character, code),
    text.replaceAll("%", "%AZP25"),
  );
}

/** Undoes {@link escapeCommandText}. */
export function unescapeCommandText(text: string): string {
  return escapes
    .reduce((plain, [character, code]) => plain.replaceAll(code, character), text)
    .replaceAll("%AZP25", "%");
}

/**
 * Finds the first logging command on a line, wherever on the line it stands. What precedes it is dropped, what follows
 * the first `]` is its data.
 *
 * @returns undefined if the line holds no command that the agent would parse (its `Command.TryParse`).
 */
export function parseLoggingCommand(line: string): LoggingCommand | undefined {
  const start = line.indexOf(prefix);
  const end = start < 0 ? -1 : line.indexOf("]", start);
  if (end < 0) return undefined;

  const head = line.slice(start + prefix.length, end);
  const space = head.indexOf(" ");
  const names = (space < 0 ? head : head.slice(0, space)).split(".").filter((name) => name !== "");
  const [area, event] = names;
  if (area === undefined || event === undefined || names.length > 2) return undefined;

  return {
    area,
    event,
    properties: parseProperties(space < 0 ? "" : head.slice(space + 1)),
    data: unescapeCommandText(line.slice(end + 1)),
  };
}

/** Empty names and values are dropped, and so are `=` signs that lead a value: .NET's Split removes empty entries. */
function parseProperties(text: string): CaseInsensitiveMap<string> {
  const properties = new CaseInsensitiveMap<string>();
  for (const property of text.split(";")) {
    const [, name, value] = /^=*([^=]+)=+([^=].*)$/s.exec(property) ?? [];
    if (name !== undefined && value !== undefined) properties.set(name, unescapeCommandText(value));
  }
  return properties;
}

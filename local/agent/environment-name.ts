/** A variable's or input's name in the environment: upper case, with `_` for each dot and space. */
export function environmentName(name: string): string {
  return name.replaceAll(".", "_").replaceAll(" ", "_").toUpperCase();
}

const beginOf = (section: string) => `<!-- ${section}: written by npm run docs, from here -->`;
const endOf = (section: string) => `<!-- ${section}: to here -->`;

/**
 * Puts the written sections into a page between their marks.
 *
 * @throws Error if the page has no marks for a section.
 */
export function fillPage(page: string, sections: Readonly<Record<string, string>>): string {
  return Object.entries(sections).reduce((text, [section, content]) => {
    const [before, rest] = text.split(beginOf(section));
    const [, after] = rest?.split(endOf(section)) ?? [];
    if (before === undefined || after === undefined) throw new Error(`The page has no marks for ${section}.`);
    return `${before}${beginOf(section)}\n\n${content}\n\n${endOf(section)}${after}`;
  }, page);
}

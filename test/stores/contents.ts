export const MIB = 1024 ** 2;

/** Names that a client or a store may get wrong: in a URL, in XML, in a signature. */
export const NAMES: readonly string[] = [
  "a b.txt",
  "a+b=c.txt",
  "100%.txt",
  "%2F.txt",
  "#1.txt",
  "a&b;c.txt",
  "(x)[y]{z}.txt",
  "it's.txt",
  "ä/ö ü.txt",
  "日本.txt",
  "emoji 😀.txt",
  ".hidden",
  "deep/er/and/deeper.txt",
];

import { lastName } from "../../files/below-folder.ts";

/** A page keeps its name if its content changes. */
const PAGE = /\.(?:html?|xhtml)$/i;

/**
 * Folders in which, by the documentation of Next, SvelteKit, Astro and Nuxt, a file gets a new name with new content. Nuxt's `builds`
 * files contain the latest build.
 */
const FINGERPRINTED_FOLDER = /(?:^|\/)(?:_next\/static|_app\/immutable|_astro|_nuxt(?!\/builds\/))\//;

/** A UUID identifies a thing, not its content. */
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** What follows a hash, for example `.js`, `.chunk.js.map`, `.min.css` and `.js.LICENSE.txt`. Its parts are too short for hashes. */
const ENDINGS = /(?:\.(?:[a-z][a-z0-9]{0,4}|bundle|module|legacy|LICENSE))+$/;

/** What bundlers write. In other files capitals and digits are people's own: `datasheet-STM32F4X.pdf`. */
const BUNDLED = /\.(?:[cm]?js|css|map|wasm|woff2?|ttf|otf|eot|LICENSE\.txt)$/;
/** Folders in which bundlers put imported images: Vite and Rollup, Angular, Create React App. */
const BUNDLED_IMAGE = /(?:^|\/)(?:assets|media)\/[^/]+\.(?:png|jpe?g|gif|svg|webp|avif|ico)$/;
/** Image numbers of cameras: `photo-DSC23456`. */
const NUMBERED = /-[A-Z]+\d+$/;
/** The compressed form of a file has the same name plus one of these. */
const COMPRESSED = /\.(?:gz|br|zst)$/;

/** In the lengths in which hashes are cut (webpack, Rollup, Parcel, Gatsby, Hugo) or come from MD5 and SHA. */
const HEX_HASH = /(?:^|[-._~])((?:[0-9a-f]{2}){4,6}|[0-9a-f]{16}|[0-9a-f]{20}|(?:[0-9a-f]{32}){1,4}|[0-9a-f]{40})$/;
const DIGITS_AND_ONE_LETTER = /^[a-f]?\d+[a-f]?$/;
/** For example `1dec2024` and `facade01`. No word has three such consonants in a row. */
const WORD_AND_NUMBER = /^\d*(?!\d*[a-f]*[bcdf]{3})[a-f]{3,}\d*$/;

/** Eight characters of Base32, as esbuild and Angular write them, with digits not only at the end, as a word may have them. */
const BASE32_HASH = /-(?=[A-Z]*[2-7])(?=\d*[A-Z])(?![A-Z]{6,}\d+$)[A-Z2-7]{8}$/;
/** After names that esbuild and Angular give themselves, all eight may be letters. */
const BASE32_HASH_OF_BUNDLE = /^(?:chunk|main|polyfills|scripts|styles)-[A-Z2-7]{8}$/;

/** Eight characters of Base64, as Vite and Rollup write them. With a `-` they cannot be distinguished from joined words. */
const BASE64_HASH = /[-.](?=\w*[a-z])(?=\w*[A-Z])(\w{8})$/;
const WORDS_AND_NUMBERS = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g;
/** A name of eight characters that a person chose has fewer words and numbers than this: `HomePage` has two, `Html5Doc` three. */
const MIN_RANDOM_PIECES = 4;

/**
 * Whether a file of a site has a hash of its content in its name, so that it never changes under that name. If it is not sure, the answer
 * is no: that costs a request now and then, while a wrong yes leaves visitors with an old file for a year. Of random hashes it finds 9 in
 * 10 of those with 8 hexadecimal digits, nearly all longer ones, and 7 in 10 of Vite's.
 *
 * @param path relative to the site, with `/`.
 */
export function isFingerprinted(path: string): boolean {
  if (PAGE.test(path)) return false;
  return FINGERPRINTED_FOLDER.test(path) || endsWithHash(path.replace(COMPRESSED, ""));
}

function endsWithHash(path: string): boolean {
  const name = lastName(path).replaceAll(UUID, "");
  const stem = name.replace(ENDINGS, "");
  if (stem === name) return false;
  if (isHexHash(HEX_HASH.exec(stem)?.[1])) return true;
  const isBundled = BUNDLED.test(path) || (BUNDLED_IMAGE.test(path) && !NUMBERED.test(stem));
  return isBundled && (hasBase32Hash(stem) || isBase64Hash(BASE64_HASH.exec(stem)?.[1]));
}

function hasBase32Hash(stem: string): boolean {
  return BASE32_HASH.test(stem) || BASE32_HASH_OF_BUNDLE.test(stem);
}

/** Dates, counters and words of `a` to `f` are hexadecimal too. */
function isHexHash(digits = ""): boolean {
  return (
    /\d/.test(digits) && /[a-f]/.test(digits) && !DIGITS_AND_ONE_LETTER.test(digits) && !WORD_AND_NUMBER.test(digits)
  );
}

function isBase64Hash(characters = ""): boolean {
  return (characters.match(WORDS_AND_NUMBERS) ?? []).length >= MIN_RANDOM_PIECES;
}

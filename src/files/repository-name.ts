/**
 * The names under which a file system finds a repository's history: any case, the short name that Windows gives the folder (`GIT~1`), the dots
 * and spaces that Windows ignores at the end of a name, and a stream of the folder (`.git::$INDEX_ALLOCATION`). Source: git's own check,
 * `is_ntfs_dotgit`.
 */
const REPOSITORY_NAME = /^(?:\.git|git~\d)[. ]*(?::.*)?$/is;

/** Characters without a width, which HFS+ ignores in names. Source: `next_hfs_char` in git's `utf8.c`. */
const IGNORED_BY_HFS = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * Whether a file or folder, by its name alone, is a repository's history on some disk. It is skipped unless a pattern names it, so that it is not
 * published by accident.
 */
export function isRepositoryName(name: string): boolean {
  return REPOSITORY_NAME.test(name.replace(IGNORED_BY_HFS, ""));
}

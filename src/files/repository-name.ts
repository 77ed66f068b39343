/**
 * The names under which a file system finds a repository's history: any case, the short name that Windows gives the folder (`GIT~1`), and
 * the dots and spaces that Windows ignores at the end of a name. Source: git's own check, `is_ntfs_dotgit`.
 */
const REPOSITORY_NAME = /^(?:\.git|git~\d)[. ]*$/i;

/**
 * * Whether a file or folder, by its name alone, is a repository's history. It is skipped unless a pattern names it, so that it is not
 * published by accident.
 */
export function isRepositoryName(name: string): boolean {
  return REPOSITORY_NAME.test(name);
}

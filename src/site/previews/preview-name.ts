const NAME = /^[a-z0-9-]{1,63}$/;

/** Whether a preview can have this name: it is a folder of the bucket, and may be part of a domain. */
export function isPreviewName(name: string): boolean {
  return NAME.test(name);
}

/** The name of a pull request's preview if none is entered. */
export function previewNameOf(pullRequestNumber: number): string {
  return `pr-${pullRequestNumber}`;
}

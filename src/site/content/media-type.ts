/** A Content-Type less its parameters, in lower case: `text/html` of `Text/HTML; charset=utf-8`. */
export function mediaTypeOf(contentType: string): string {
  return (contentType.split(";")[0] as string).trim().toLowerCase();
}

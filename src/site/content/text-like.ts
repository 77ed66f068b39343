const TEXT_LIKE = /^text\/|[+/](?:json|xml)$/;

/** Further types that sites have whose files mostly become smaller. */
const TEXT_LIKE_TYPES: ReadonlySet<string> = new Set([
  "application/javascript",
  "application/x-javascript",
  "application/ecmascript",
  "application/x-ndjson",
  "application/json5",
  "application/yaml",
  "application/toml",
  "application/rtf",
  "application/wasm",
  "application/xml-dtd",
  "application/vnd.apple.mpegurl",
  "application/vnd.ms-fontobject",
  "application/x-font-ttf",
  "application/x-font-otf",
  "font/ttf",
  "font/otf",
  "font/collection",
  "image/bmp",
  "image/vnd.microsoft.icon",
  "image/x-icon",
]);

/** Whether files of a content type are text, or as compressible as text; fonts and pictures that are compressed already are not. */
export function isTextLike(contentType: string): boolean {
  const type = mediaTypeOf(contentType);
  return TEXT_LIKE.test(type) || TEXT_LIKE_TYPES.has(type);
}

/** A Content-Type less its parameters, in lower case: `text/html` of `Text/HTML; charset=utf-8`. */
export function mediaTypeOf(contentType: string): string {
  return (contentType.split(";")[0] as string).trim().toLowerCase();
}

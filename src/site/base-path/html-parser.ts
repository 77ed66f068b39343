// A file of its own, which the build puts beside main.js: only previews look into pages.
export { Parser } from "htmlparser2";

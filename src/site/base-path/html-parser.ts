// The build puts this into a separate file beside main.js, because only previews parse pages.
export { Parser } from "htmlparser2";

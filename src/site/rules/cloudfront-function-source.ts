/**
 * Writes a viewer-request function for the runtime cloudfront-js-2.0, which knows neither `for ... of` nor spread ("JavaScript runtime 2.0
 * features for CloudFront Functions" in the Amazon CloudFront Developer Guide).
 *
 * @param ruleTexts object literals with the fields that the handler reads.
 * @param basePath the path of the site's URL, decoded as the handler decodes, with a `/` at both ends.
 */
export function functionSource(ruleTexts: readonly string[], basePath: string): string {
  return ascii(`// A viewer-request function for the runtime cloudfront-js-2.0, made from _redirects.
const base = ${JSON.stringify(basePath.slice(0, -1))};
const rules = [
${ruleTexts.map(ruleLine).join("")}];

function handler(event) {
  const request = event.request;
  const path = sitePath(decode(request.uri));
  if (path === undefined) return request;
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i];
    const values = valuesFor(rule, request, path);
    if (values === undefined) continue;
    const target = fill(rule.to, values);
    if (rule.status === 200) {
      request.uri = target;
      return request;
    }
    const query = rule.query || /[?#]/.test(target) ? "" : queryText(request.querystring);
    return { statusCode: rule.status, headers: { location: { value: target + query } } };
  }
  return request;
}

function sitePath(path) {
  if (path === base) return "/";
  return path.startsWith(base + "/") ? path.slice(base.length) : undefined;
}

function valuesFor(rule, request, path) {
  const match = rule.from.exec(path);
  if (!match) return undefined;
  if (rule.files && rule.files.includes(path.replace(/(.)\\/$/, "$1"))) return undefined;
  if (rule.host && headerOf(request, "host").split(":")[0].toLowerCase() !== rule.host) return undefined;
  if (rule.countries && !rule.countries.includes(headerOf(request, "cloudfront-viewer-country"))) return undefined;
  const values = Object.assign({}, match.groups);
  return rule.query && !takeQuery(rule.query, request.querystring, values) ? undefined : values;
}

function takeQuery(wanted, given, values) {
  const names = Object.keys(wanted);
  if (Object.keys(given).length !== names.length) return false;
  return names.every(function (name) {
    if (!given[name]) return false;
    const value = decode(given[name].value.replace(/\\+/g, " "));
    const placeholder = /^:([A-Za-z]\\w*)$/.exec(wanted[name]);
    if (placeholder) values[placeholder[1]] = value;
    return placeholder ? value !== "" : value === wanted[name];
  });
}

// Two slashes at the start would lead to another host.
function fill(parts, values) {
  const encode = (text) => encodeURIComponent(text || "").replace(/%2F/g, "/");
  return parts.map((part, index) => (index % 2 ? encode(values[part]) : part)).join("").replace(/^\\/+/, "/");
}

function queryText(query) {
  const pairs = [];
  Object.keys(query).forEach((name) => {
    const given = query[name].multiValue || [query[name]];
    given.forEach((item) => pairs.push(item.value === "" ? name : name + "=" + item.value));
  });
  return pairs.length ? "?" + pairs.join("&") : "";
}

function headerOf(request, name) {
  return request.headers[name] ? request.headers[name].value : "";
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    return text;
  }
}
`);
}

/** How many bytes a rule adds to the function. */
export function ruleLength(ruleText: string): number {
  return ascii(ruleLine(ruleText)).length;
}

function ruleLine(text: string): string {
  return `  ${text},\n`;
}

/** Characters beyond ASCII count more than once against the quota, and only some editors show them; escapes mean the same. */
function ascii(source: string): string {
  return source.replace(/[^\n\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

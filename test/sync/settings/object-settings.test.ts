import assert from "node:assert/strict";
import { parseCacheControl } from "../../../src/sync/settings/cache-control.ts";
import { parseHeaderRules } from "../../../src/sync/settings/header-rules.ts";
import { parseExpires } from "../../../src/sync/settings/header-value.ts";
import { parseMetadata } from "../../../src/sync/settings/metadata.ts";
import { createObjectSettings, type ObjectSettingsParts } from "../../../src/sync/settings/object-settings.ts";
import { parseStorageClass } from "../../../src/sync/settings/storage-class.ts";
import { parseTags } from "../../../src/sync/settings/tags.ts";

const readStorageClass = (text: string) => parseStorageClass(text, true);
const rules = (text: string) => parseHeaderRules(text, readStorageClass);

function settings(parts: Partial<ObjectSettingsParts>) {
  return createObjectSettings({
    headers: {},
    cacheControl: [],
    rules: [],
    tags: undefined,
    cannedAcl: undefined,
    checksumAlgorithm: "auto",
    ...parts,
  });
}

/** The messages of all errors of an AggregateError, or of the one. */
function errorsOf(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    return (error instanceof AggregateError ? error.errors : [error as Error]).map(({ message }) => message);
  }
  return [];
}

describe("the headers of a file", () => {
  it("come from all rules that match it, the later ones over the earlier", () => {
    const { headersFor } = settings({
      rules: rules(`# all
**
  Cache-Control: max-age=60
  x-amz-meta-Team: web

*.html
*.htm
  cache-control:no-cache
  Content-Type: text/html; charset=utf-8
# but
!assets/**
!**/*.js
  Content-Language: en, de
  # a date, as a person writes it
  Expires: 2030-01-02
old.html
  x-amz-website-redirect-location: /new.html
  X-Amz-Storage-Class: standard_ia
  Content-Disposition: attachment; filename="a: b.html"
  Content-Encoding: gzip`),
    });
    const every = { "cache-control": "max-age=60", "x-amz-meta-team": "web" };
    const page = { ...every, "cache-control": "no-cache", "content-type": "text/html; charset=utf-8" };
    const text = { "content-language": "en, de", expires: "Wed, 02 Jan 2030 00:00:00 GMT" };
    assert.deepEqual(headersFor("assets/app.css"), every);
    assert.deepEqual(headersFor("app.js"), every);
    assert.deepEqual(headersFor("index.html"), { ...page, ...text });
    assert.deepEqual(headersFor("index.htm"), { ...page, ...text });
    assert.deepEqual(headersFor("docs/index.html"), { ...every, ...text });
    assert.deepEqual(headersFor("old.html"), {
      ...page,
      ...text,
      "x-amz-website-redirect-location": "/new.html",
      "x-amz-storage-class": "STANDARD_IA",
      "content-disposition": 'attachment; filename="a: b.html"',
      "content-encoding": "gzip",
    });
  });

  it("come from headers, then cacheControl by its first match, then what is said of every file", () => {
    const { headersFor } = settings({
      headers: { "content-type": "text/plain", "cache-control": "never seen", "x-amz-meta-a": "1" },
      cacheControl: parseCacheControl("# scripts\n**/*.js=max-age=3600, public\n\n **/a.* = no-store \n**=private"),
      rules: rules("b.js\n  Cache-Control: no-cache\n  x-amz-meta-a: 2"),
    });
    const every = { "content-type": "text/plain", "x-amz-meta-a": "1" };
    assert.deepEqual(headersFor("x/a.js"), { ...every, "cache-control": "max-age=3600, public" });
    assert.deepEqual(headersFor("x/a.css"), { ...every, "cache-control": "no-store" });
    assert.deepEqual(headersFor("x.css"), { ...every, "cache-control": "private" });
    assert.deepEqual(headersFor("b.js"), { ...every, "cache-control": "no-cache", "x-amz-meta-a": "2" });
  });

  it("are the same object for files that the same rules match, so that a million files cost little", () => {
    const { headersFor } = settings({ rules: rules("*.html\n  Content-Language: en"), headers: { expires: "x" } });
    assert.equal(headersFor("a.html"), headersFor("b.html"));
    assert.equal(headersFor("a.js"), headersFor("b.css"));
    assert.notEqual(headersFor("a.html"), headersFor("a.js"));
  });

  it("have no more metadata in all than S3 takes, rule by rule and together", () => {
    const value = "x".repeat(1019);
    const half = (letter: string) => `*.${letter}\n  x-amz-meta-${letter}${letter}${letter}: ${value}`;
    const every = parseMetadata("abcd=ef");
    assert.deepEqual(
      errorsOf(() => settings({ headers: every, rules: rules(`${half("a")}\n  x-amz-meta-b: ${value}`) })),
      [],
    );
    assert.deepEqual(
      errorsOf(() =>
        settings({ headers: every, rules: rules(`a\n  Expires: 2030-01-01\n${half("a")}\n  x-amz-meta-bb: ${value}`) }),
      ),
      ["line 3: the metadata of a file has 2049 bytes in total, and S3 allows 2048. Shorten it."],
    );
    const { headersFor } = settings({
      headers: every,
      rules: rules(`${half("a")}\n${half("b").replace("*.b", "x*")}`),
    });
    assert.equal(Object.keys(headersFor("x.b")).length, 2);
    assert.throws(() => headersFor("x.a"), {
      message: "headers: x.a: the metadata of a file has 2050 bytes in total, and S3 allows 2048. Shorten it.",
    });
  });
});

describe("rules for headers that are wrong", () => {
  const kept =
    "Cache-Control, Content-Type, Content-Disposition, Content-Encoding, Content-Language, Expires, x-amz-website-redirect-location, x-amz-storage-class and x-amz-meta-*";
  const classes =
    "STANDARD, INTELLIGENT_TIERING, STANDARD_IA, ONEZONE_IA, GLACIER_IR, GLACIER, DEEP_ARCHIVE, REDUCED_REDUNDANCY";
  const dates = "Wed, 21 Oct 2026 07:28:00 GMT, 2026-10-21 or 2026-10-21T07:28:00Z";
  const cases: [title: string, text: string, errors: string[]][] = [
    [
      "a header that S3 does not keep",
      "*.html\n  X-Frame-Options: DENY",
      [`line 2: S3 does not keep the header "X-Frame-Options" with an object. It keeps ${kept}.`],
    ],
    [
      "headers below no pattern",
      "\n  Expires: x",
      ['line 2: "Expires: x" has no pattern above it. Write the pattern of its files first, not indented.'],
    ],
    [
      "headers that are not indented",
      "*.html\nCache-Control: no-cache",
      [
        'line 1: the pattern "*.html" has no header below it. Indent a rule\'s headers.',
        'line 2: "Cache-Control: no-cache" is not a pattern. Indent it below the pattern of its files.',
      ],
    ],
    [
      "a rule without headers",
      "*.html\n  Content-Language: en\n*.js\n*.css",
      ['line 3: the pattern "*.js" has no header below it. Indent a rule\'s headers.'],
    ],
    ["a line that is no header", "a\n  no-cache", ['line 2: "no-cache" is not a header. Write Name: value.']],
    ["a header without value", "a\n  Expires:", ["line 2: Expires has no value."]],
    [
      "a header twice",
      "a\n  Expires: 2030-01-01\n\texpires: 2030-01-02",
      ["line 3: expires occurs twice in this rule."],
    ],
    [
      "a malformed pattern",
      "{a\n  Expires: 2030-13-01",
      [
        'line 1: pattern "{a": it has a { that is not closed. Write \\{ for the character itself.',
        `line 2: "2030-13-01" is not a date for Expires. Write one, for example ${dates}.`,
      ],
    ],
    [
      "a value that no header can hold",
      "a\n  Content-Disposition: attachment; filename=ü.txt",
      [
        'line 2: the value of Content-Disposition has a character that is not allowed in a header: "ü". Use plain ASCII.',
      ],
    ],
    [
      "a storage class that is none",
      "a\n  x-amz-storage-class: COLD",
      [`line 2: "COLD" is not a storage class of Amazon S3. Enter one of ${classes}.`],
    ],
    [
      "a redirect to nowhere",
      "a\n  x-amz-website-redirect-location: new.html",
      ['line 2: "new.html" is not a redirect location. It must start with /, http:// or https://.'],
    ],
    [
      "metadata without a name",
      "a\n  x-amz-meta-: 1",
      ['line 2: "x-amz-meta-" cannot be a name of metadata. Use letters, digits, - and _.'],
    ],
  ];
  for (const [title, text, errors] of cases) {
    it(`are told with their lines: ${title}`, () =>
      assert.deepEqual(
        errorsOf(() => rules(text)),
        errors,
      ));
  }
});

describe("cacheControl lines that are wrong", () => {
  it("are told with their lines, all at once", () => {
    assert.deepEqual(
      errorsOf(() => parseCacheControl("**/*.js\n=no-cache\n*.css=\n# x\n[a=b\n*.html=naïve")),
      [
        'line 1: "**/*.js" has no =. Write pattern=value, for example **/*.js=max-age=3600.',
        'line 2: "=no-cache" has nothing before its =. Write pattern=value, for example **/*.js=max-age=3600.',
        'line 3: the pattern "*.css" has no value after its =.',
        'line 5: pattern "[a": it has a [ that is not closed. Write \\[ for the character itself.',
        'line 6: the value has a character that is not allowed in a header: "ï". Use plain ASCII.',
      ],
    );
  });
});

describe("an Expires date", () => {
  const cases: [text: string, value: string | undefined][] = [
    ["Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:00 GMT"],
    ["2026-10-21", "Wed, 21 Oct 2026 00:00:00 GMT"],
    ["2026-10-21T07:28:00Z", "Wed, 21 Oct 2026 07:28:00 GMT"],
    ["2026-10-21T09:28:00.5+02:00", "Wed, 21 Oct 2026 07:28:00 GMT"],
    ["2024-02-29", "Thu, 29 Feb 2024 00:00:00 GMT"],
    ["2026-02-30", undefined],
    ["2026-10-21T07:28:00", undefined],
    ["Thu, 21 Oct 2026 07:28:00 GMT", undefined],
    ["21 October 2026", undefined],
    ["3600", undefined],
  ];
  for (const [text, value] of cases) {
    it(value ? `${text} is ${value}` : `${text} is none`, () => {
      if (value) assert.equal(parseExpires(text), value);
      else assert.throws(() => parseExpires(text), /is not a date for Expires\. Write one, for example /);
    });
  }
});

describe("metadata", () => {
  it("has names in lower case, with or without x-amz-meta-, and values beyond ASCII encoded as S3 answers them", () => {
    assert.deepEqual(parseMetadata(`Build = 1=2 \n\n# comment\nx-amz-meta-Owner=Zoë\nlong=${"ä".repeat(40)}`), {
      "x-amz-meta-build": "1=2",
      "x-amz-meta-owner": "=?UTF-8?B?Wm/Dqw==?=",
      "x-amz-meta-long": `=?UTF-8?B?${Buffer.from("ä".repeat(22)).toString("base64")}?= =?UTF-8?B?${Buffer.from("ä".repeat(18)).toString("base64")}?=`,
    });
  });

  it("has no more than 2,048 bytes in all: names without their prefix, values in UTF-8", () => {
    assert.deepEqual(
      errorsOf(() => parseMetadata(`name=${"ä".repeat(1022)}`)),
      [],
    );
    assert.deepEqual(
      errorsOf(() => parseMetadata(`name=${"ä".repeat(1022)}\nb=c`)),
      ["it has 2050 bytes in total, and S3 allows 2048."],
    );
  });

  it("that is wrong is told with its lines", () => {
    assert.deepEqual(
      errorsOf(() => parseMetadata("a\nb c=d\ne=\nf=1\nF=2\ng=\u0007")),
      [
        'line 1: "a" has no =. Write name=value.',
        'line 2: "b c" cannot be a name of metadata. Use letters, digits, - and _.',
        'line 3: "e" has no value.',
        'line 5: "F" occurs twice. Metadata has one value for each name.',
        'line 6: the value of "g" has a control character.',
      ],
    );
  });
});

describe("tags", () => {
  it("are names and values, split at the first =", () => {
    assert.deepEqual(
      parseTags("cost centre = a=b\nTeam=\nteam=web"),
      new Map([
        ["cost centre", "a=b"],
        ["Team", ""],
        ["team", "web"],
      ]),
    );
    assert.equal(parseTags("\n# none\n"), undefined);
  });

  it("are at most ten", () => {
    const tags = (count: number) => Array.from({ length: count }, (_, index) => `t${index}=v`).join("\n");
    assert.equal(parseTags(tags(10))?.size, 10);
    assert.deepEqual(
      errorsOf(() => parseTags(tags(11))),
      ["there are 11 tags, and S3 allows 10."],
    );
  });

  it("that are wrong are told with their lines", () => {
    assert.deepEqual(
      errorsOf(() =>
        parseTags(
          `a\nAWS:x=1\nb=(c)\nd&e=f\n${"g".repeat(129)}=h\ni=${"😀".repeat(129)}\nj=1\nj=2\n${"k".repeat(128)}=${"l".repeat(256)}`,
        ),
      ),
      [
        'line 1: "a" has no =. Write name=value.',
        'line 2: "AWS:x" starts with aws:, which is reserved for AWS. Choose another name.',
        'line 3: "(c)" cannot be the value of "b". S3 allows letters, digits, spaces, and + - = . _ : / @.',
        'line 4: "d&e" cannot be the name of a tag. S3 allows letters, digits, spaces, and + - = . _ : / @.',
        "line 5: the name of a tag has 129 characters, and S3 allows 128.",
        'line 6: the value of "i" has 258 characters, and S3 allows 256.',
        'line 8: "j" occurs twice. An object has one tag of each name.',
      ],
    );
  });
});

describe("a storage class", () => {
  it("of Amazon S3 is one of its own, in any case; another store may have others", () => {
    assert.equal(parseStorageClass("glacier_ir", true), "GLACIER_IR");
    assert.throws(() => parseStorageClass("EXPRESS_ONEZONE", true), /is not a storage class of Amazon S3/);
    assert.equal(parseStorageClass("cold-Tier.2", false), "cold-Tier.2");
    assert.throws(() => parseStorageClass("cold tier", false), {
      message: '"cold tier" cannot be the name of a storage class. Use letters, digits, and _ . -.',
    });
  });
});

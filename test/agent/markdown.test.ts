import assert from "node:assert/strict";
import { escapeMarkdown, markdownLink } from "../../src/agent/markdown.ts";

describe("a text from outside in Markdown", () => {
  const cases: [text: string, escaped: string][] = [
    ["assets/app-1.2.js", "assets/app-1.2.js"],
    ["a|b", "a&#124;b"],
    ["`rm`", "\\`rm\\`"],
    ["<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert\\(1\\)&gt;"],
    ["[here](https://example.com)", "\\[here\\]\\(https&#58;//example.com\\)"],
    ["![x](y)", "\\!\\[x\\]\\(y\\)"],
    ["www.example.com", "www&#46;example.com"],
    ["me@example.com", "me&#64;example.com"],
    ["&lt;", "&amp;lt;"],
    ["__init__.py", "\\_\\_init\\_\\_.py"],
    ["a*b*c ~~d~~", "a\\*b\\*c &#126;&#126;d&#126;&#126;"],
    ["back\\slash", "back\\\\slash"],
    ["# 1", "\\# 1"],
    ["fixes #123 and !456", "fixes \\#123 and \\!456"],
    ["price-$10-$20.html", "price-&#36;10-&#36;20.html"],
    ["- a", "&#45; a"],
    ["12. a", "12&#46; a"],
    [
      "line\nbreak\tand \u001b[31m, \u202e",
      "line\\\\u\\{a\\}break\\\\u\\{9\\}and \\\\u\\{1b\\}\\[31m, \\\\u\\{202e\\}",
    ],
    ["##vso[task.complete result=Failed]", "\\#\\#vso\\[task.complete result=Failed\\]"],
    ["naïve 😀", "naïve 😀"],
  ];
  for (const [text, escaped] of cases) {
    it(`is shown as it is: ${JSON.stringify(text)}`, () => assert.equal(escapeMarkdown(text), escaped));
  }

  it("leads to a URL, whatever is in it", () => {
    const url = "https://example.com/_a/(b)|$1$`c`*d*";
    assert.equal(markdownLink("a $1$", url), "[a &#36;1&#36;](https://example.com/_a/%28b%29%7C%241%24%60c%60%2Ad%2A)");
  });
});

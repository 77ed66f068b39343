import assert from "node:assert/strict";
import { parseNoProxy } from "../../src/agent/no-proxy.ts";

describe("NO_PROXY", () => {
  const cases: [list: string, excepted: readonly string[], others: readonly string[]][] = [
    ["", [], ["http://example.com"]],
    ["*", ["http://example.com", "https://10.0.0.1"], []],
    [
      "example.com",
      ["http://example.com", "https://A.Example.COM:8443"],
      ["http://myexample.com", "http://example.com.au"],
    ],
    [".example.com", ["http://a.example.com"], ["http://example.com"]],
    ["*.Example.com", ["http://a.example.com", "http://a.b.example.com."], ["http://example.com"]],
    ["a.b, c.d\te.f", ["http://a.b", "http://c.d", "http://e.f"], ["http://g.h"]],
    ["example.com:8080", ["http://example.com:8080"], ["http://example.com"]],
    ["example.com:443,h:80", ["https://example.com", "http://h"], ["http://example.com", "https://h"]],
    ["127.0.0.1", ["http://127.0.0.1:9000"], ["http://127.0.0.2"]],
    ["127.0.0.1:9000", ["http://127.0.0.1:9000"], ["http://127.0.0.1:9001"]],
    ["10.0.0.0/8", ["http://10.255.0.1"], ["http://11.0.0.1", "http://10.example"]],
    [
      "::1,fd00::/8,[fe80::1]:81",
      ["http://[::1]", "http://[fd12::1]", "http://[fe80::1]:81"],
      ["http://[fe80::1]", "http://[::2]"],
    ],
    ["0:0:0:0:0:0:0:1", ["http://[::1]"], []],
    ["fe80::1%eth0,[fe80::2%1]:81", ["http://[fe80::1]", "http://[fe80::2]:81"], ["http://a", "http://[fe80::2]"]],
    ["10.0.0.0/99,http://x,:80,.", [], ["http://10.0.0.0", "http://x", "http://y:80"]],
  ];
  for (const [list, excepted, others] of cases) {
    it(`"${list.replace("\t", " ")}"`, () => {
      const isExcepted = parseNoProxy(list);
      const found = [...excepted, ...others].filter((url) => isExcepted(new URL(url)));
      assert.deepEqual(found, excepted);
    });
  }
});

import assert from "node:assert/strict";
import { parseXml } from "../../src/aws/xml.ts";

const parse = (xml: string) => parseXml(Buffer.from(xml));

describe("XML answers", () => {
  it("are texts by name, whatever a text looks like", async () => {
    const xml = '<?xml version="1.0"?><R><ETag>0123</ETag><Size>10</Size><Empty/><Key>true</Key></R>';
    assert.deepEqual(await parse(xml), { R: { ETag: "0123", Size: "10", Empty: "", Key: "true" } });
  });

  it("keep each character of a text: blanks at its ends, references by name and by number", async () => {
    assert.deepEqual(await parse("<Key> a&amp;&lt;&gt;&quot;&apos;&#34;&#x41;&#xD;&#128512; </Key>"), {
      Key: ' a&<>"\'"A\r😀 ',
    });
    assert.deepEqual(await parse("<Key>&amp;amp;</Key>"), { Key: "&amp;" });
  });

  it("may hold thousands of references", async () => {
    const { R } = (await parse(`<R>${"<Key>&amp;&#x41;</Key>".repeat(3000)}</R>`)) as { R: { Key: string[] } };
    assert.deepEqual(new Set(R.Key), new Set(["&A"]));
    assert.equal(R.Key.length, 3000);
  });

  it("are refused where they are larger than any that is expected, without being read", async () => {
    await assert.rejects(parse(`<R>${"<a/>".repeat(1024 ** 2)}</R>`), { message: "the document is too large" });
  });

  it("are refused where they are not well-formed", async () => {
    await assert.rejects(parse("<html><body><br></body></html>"));
  });
});

import assert from "node:assert/strict";
import net, { type AddressInfo } from "node:net";
import { CollectedBody } from "../../src/http/body-receiver.ts";
import { createTransport, type Transport } from "../../src/http/transport.ts";
import { openBucket } from "../../src/s3/bucket.ts";
import { getObject } from "../../src/s3/get-object.ts";

const NOT_SATISFIABLE = "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n";

describe("getting an object", () => {
  let transport: Transport;
  let server: net.Server;
  beforeEach(() => {
    transport = createTransport({ maxConnections: 1, idleTimeoutMs: 5000 });
  });
  afterEach(() => {
    transport.close();
    server.close();
  });

  it("is done with the last byte, though the answer breaks off behind it", async () => {
    const head = 'HTTP/1.1 206 Partial Content\r\nETag: "a"\r\nContent-Range: bytes 0-4/9\r\n';
    const taken = await get([`${head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`, NOT_SATISFIABLE]);
    assert.equal(taken, "hello");
  });

  it("is not done before the last byte, where the server gives no more", async () => {
    const head = 'HTTP/1.1 206 Partial Content\r\nETag: "a"\r\nContent-Range: bytes 0-4/9\r\n';
    await assert.rejects(get([`${head}Content-Length: 5\r\n\r\nhell`, NOT_SATISFIABLE]), { message: /416/ });
  });

  /** Gets the first five bytes from a server that ends the connection behind each answer. */
  async function get(answers: string[]): Promise<string> {
    server = net.createServer((socket) => {
      socket.on("error", () => undefined).once("data", () => socket.end(answers.shift() ?? ""));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const bucket = openBucket({
      name: "bucket",
      store: { endpoint: new URL(`http://127.0.0.1:${port}`), region: "us-east-1", addressingStyle: "path" },
      credentials: () => ({ accessKeyId: "key", secretAccessKey: "secret" }),
      transport,
      userAgent: "tests",
    });
    const body = new CollectedBody();
    const { signal } = new AbortController();
    await getObject(bucket, "key", body, { range: { startByte: 0, sizeBytes: 5 }, signal });
    return String(body.bytes());
  }
});

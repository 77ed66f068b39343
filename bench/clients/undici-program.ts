/**
 * The task's requests by another HTTP client: `undici-program upload|download URL BUCKET FOLDER`. They are signed by the task's own signer,
 * have a CRC32, are as many at once as the task's, and of large files as large. It lists the bucket before an upload, as the task does.
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { type Dispatcher, Pool } from "undici";
import { createSigner, EMPTY_SHA256, encodeKey, encodeUriPart, UNSIGNED_PAYLOAD } from "../../src/aws/signer.ts";
import { eachOf, filesIn } from "./work.ts";

const MIB = 1024 ** 2;
const REQUESTS = 64;
const LARGE_BYTES = 16 * MIB;
const RANGE_BYTES = 8 * MIB;
const RANGES = 8;

const [direction, url = "", bucket = "", folder = ""] = process.argv.slice(2);
const pool = new Pool(url, { connections: REQUESTS });
const sign = createSigner("us-east-1", "s3");
const credentials = {
  accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? "",
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? "",
};

interface Asked {
  readonly method: Dispatcher.HttpMethod;
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

async function send({ method, key = "", query: parameters = {}, headers = {}, body }: Asked) {
  const path = `/${bucket}/${encodeKey(key)}`;
  const names = Object.keys(parameters).sort();
  const query = names.map((name) => `${name}=${encodeUriPart(parameters[name] ?? "")}`).join("&");
  const payloadHash = body ? UNSIGNED_PAYLOAD : EMPTY_SHA256;
  const given = { ...headers, host: new URL(url).host };
  const signed = sign({ method, path, query, headers: given, payloadHash }, credentials, new Date());
  const target = query === "" ? path : `${path}?${query}`;
  const answer = await pool.request({ method, path: target, headers: signed, body: body ?? null });
  if (answer.statusCode >= 300)
    throw new Error(`${method} ${target}: ${answer.statusCode} ${await answer.body.text()}`);
  return answer;
}

function checksumOf(bytes: Buffer): Readonly<Record<string, string>> {
  const digest = Buffer.alloc(4);
  digest.writeUInt32BE(crc32(bytes));
  return { "x-amz-checksum-crc32": digest.toString("base64") };
}

async function listKeys(): Promise<{ key: string; sizeBytes: number }[]> {
  const found: { key: string; sizeBytes: number }[] = [];
  let token: string | undefined;
  do {
    const query = { "list-type": "2", ...(token === undefined ? {} : { "continuation-token": token }) };
    const xml = await (await send({ method: "GET", query })).body.text();
    for (const [, key = "", size] of xml.matchAll(/<Key>(.*?)<\/Key>.*?<Size>(\d+)<\/Size>/gs))
      found.push({ key, sizeBytes: Number(size) });
    token = /<NextContinuationToken>(.*?)</.exec(xml)?.[1];
  } while (token !== undefined);
  return found;
}

async function upload(): Promise<void> {
  await listKeys();
  await eachOf(filesIn(folder), REQUESTS, async (key) => {
    const path = join(folder, key);
    const { size } = statSync(path);
    if (size >= LARGE_BYTES) return uploadLarge(key, path, size);
    const body = readFileSync(path);
    await (await send({ method: "PUT", key, headers: checksumOf(body), body })).body.dump();
  });
}

async function uploadLarge(key: string, path: string, sizeBytes: number): Promise<void> {
  const headers = { "x-amz-checksum-algorithm": "CRC32", "x-amz-checksum-type": "FULL_OBJECT" };
  const begun = await (await send({ method: "POST", key, query: { uploads: "" }, headers })).body.text();
  const uploadId = /<UploadId>(.*?)</.exec(begun)?.[1] ?? "";
  const file = await open(path);
  const etags: string[] = [];
  await eachOf(rangesOf(sizeBytes), RANGES, async ({ startByte, index, lengthBytes }) => {
    const body = Buffer.allocUnsafe(lengthBytes);
    await file.read(body, 0, lengthBytes, startByte);
    const query = { partNumber: String(index + 1), uploadId };
    const answer = await send({ method: "PUT", key, query, headers: checksumOf(body), body });
    await answer.body.dump();
    etags[index] = String(answer.headers.etag);
  });
  await file.close();
  const parts = etags.map((etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`);
  const document = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
  await (await send({ method: "POST", key, query: { uploadId }, body: Buffer.from(document) })).body.dump();
}

async function download(): Promise<void> {
  await eachOf(await listKeys(), REQUESTS, async ({ key, sizeBytes }) => {
    const path = join(folder, key);
    mkdirSync(dirname(path), { recursive: true });
    if (sizeBytes >= LARGE_BYTES) return downloadLarge(key, path, sizeBytes);
    writeFileSync(path, Buffer.from(await (await send({ method: "GET", key })).body.arrayBuffer()));
  });
}

async function downloadLarge(key: string, path: string, sizeBytes: number): Promise<void> {
  const file = await open(path, "w");
  await eachOf(rangesOf(sizeBytes), RANGES, async ({ startByte, lengthBytes }) => {
    const range = `bytes=${startByte}-${startByte + lengthBytes - 1}`;
    const { body } = await send({ method: "GET", key, headers: { range } });
    let position = startByte;
    for await (const chunk of body) position += (await file.write(chunk, 0, chunk.length, position)).bytesWritten;
  });
  await file.close();
}

function rangesOf(sizeBytes: number): { startByte: number; index: number; lengthBytes: number }[] {
  return Array.from({ length: Math.ceil(sizeBytes / RANGE_BYTES) }, (_, index) => {
    const startByte = index * RANGE_BYTES;
    return { startByte, index, lengthBytes: Math.min(RANGE_BYTES, sizeBytes - startByte) };
  });
}

await (direction === "upload" ? upload() : download());
await pool.close();

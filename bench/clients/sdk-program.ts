/**
 * The SDK used as its documentation shows it: `sdk-program upload|download URL BUCKET FOLDER`. What goes up is an `Upload` of a stream for
 * each file, what comes down a GetObject for each object, so many of them at once as the SDK has sockets.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { eachOf, filesIn } from "./work.ts";

const SOCKETS = 50;

const [direction, endpoint = "", Bucket = "", folder = ""] = process.argv.slice(2);
const client = new S3Client({ endpoint, forcePathStyle: true });

async function upload(): Promise<void> {
  await eachOf(filesIn(folder), SOCKETS, async (Key) => {
    await new Upload({ client, params: { Bucket, Key, Body: createReadStream(join(folder, Key)) } }).done();
  });
}

async function download(): Promise<void> {
  const keys: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket }))
    keys.push(...Contents.map(({ Key = "" }) => Key));
  await eachOf(keys, SOCKETS, async (Key) => {
    const path = join(folder, Key);
    await mkdir(dirname(path), { recursive: true });
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    await pipeline(Body as Readable, createWriteStream(path));
  });
}

await (direction === "upload" ? upload() : download());

import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import type { Website } from "./website-front.ts";

/**
 * A web server that shows the objects of a bucket, as an admin puts one before a store that has no websites: it finds the index
 * of a folder, and knows neither redirects nor who may read.
 */
export async function openSiteServer(client: S3Client, bucket: string): Promise<Website> {
  const server = http.createServer((request, response) => {
    answer(client, bucket, request.url ?? "/", response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(client: S3Client, bucket: string, url: string, response: http.ServerResponse): Promise<void> {
  const path = decodeURIComponent(new URL(url, "http://site").pathname).slice(1);
  const page = await read(client, bucket, path.replace(/(^|\/)$/, "$1index.html"));
  const object = page ?? (await read(client, bucket, "404.html"));
  const headers = {
    "content-type": object?.ContentType,
    "cache-control": object?.CacheControl,
    "content-encoding": object?.ContentEncoding,
  };
  const given = Object.entries(headers).filter(([, value]) => value !== undefined) as [string, string][];
  response.writeHead(page ? 200 : 404, Object.fromEntries(given));
  response.end(await object?.Body?.transformToByteArray());
}

async function read(client: S3Client, Bucket: string, Key: string): Promise<GetObjectCommandOutput | undefined> {
  try {
    return await client.send(new GetObjectCommand({ Bucket, Key }));
  } catch (error) {
    if ((error as Error).name === "NoSuchKey") return undefined;
    throw error;
  }
}

import type { FaultAction } from "../../local/s3/faults.ts";
import type { AnswerRewrite, RewrittenAnswer } from "../../local/s3/http/rewrite.ts";

type Rewrite = Extract<FaultAction, { kind: "rewrite" }>;

const HEAD_END = "\r\n\r\n";
const PAGE = "<!DOCTYPE html><html><body><h1>Something is in between</h1></body></html>";

/** An answer instead of the right one. */
export function answering(status: string, headers: readonly string[], body: string): Buffer {
  return Buffer.from([`HTTP/1.1 ${status}`, ...headers, `Content-Length: ${body.length}`, "", body].join("\r\n"));
}

/** Something else is answered, and nothing is done. */
export function instead(bytes: Buffer, connection: RewrittenAnswer["connection"] = "stay"): Rewrite {
  return { kind: "rewrite", work: "forgotten", rewrite: () => ({ bytes, connection }) };
}

/** The request is carried out, and something is wrong with the answer. */
export function distorted(rewrite: AnswerRewrite): Rewrite {
  return { kind: "rewrite", work: "done", rewrite };
}

export function page(status: string, headers: readonly string[] = []): Buffer {
  return answering(status, ["Content-Type: text/html", ...headers], PAGE);
}

/** The answer's head, with the line break of its last line, and its body, which is not in chunks. */
function split(answer: Buffer): { readonly head: string; readonly body: Buffer } {
  const end = answer.indexOf(HEAD_END);
  const head = `${answer.toString("latin1", 0, end)}\r\n`;
  const body = answer.subarray(end + HEAD_END.length);
  if (!/^transfer-encoding: chunked/im.test(head)) return { head, body };
  const whole = joinChunks(body);
  return { head: withLength(without(head, /^transfer-encoding:/i), whole.length), body: whole };
}

function joinChunks(chunked: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let start = 0; ; ) {
    const lineEnd = chunked.indexOf("\r\n", start);
    const sizeBytes = Number.parseInt(chunked.toString("latin1", start, lineEnd), 16);
    if (!sizeBytes) return Buffer.concat(chunks);
    chunks.push(chunked.subarray(lineEnd + 2, lineEnd + 2 + sizeBytes));
    start = lineEnd + 2 + sizeBytes + 2;
  }
}

function withLength(head: string, sizeBytes: number): string {
  return `${without(head, /^content-length:/i)}Content-Length: ${sizeBytes}\r\n`;
}

function join(head: string, ...body: readonly (Buffer | string)[]): Buffer {
  return Buffer.concat([Buffer.from(`${head}\r\n`, "latin1"), ...body.map((part) => Buffer.from(part as string))]);
}

function without(head: string, name: RegExp): string {
  const [status = "", ...lines] = head.split("\r\n");
  return [status, ...lines.filter((line) => !name.test(line))].join("\r\n");
}

const half = (body: Buffer) => body.subarray(0, body.length >> 1);

/** The first half of the head, and then nothing. */
export const cutInHead: AnswerRewrite = (answer) => ({
  bytes: answer.subarray(0, answer.indexOf(HEAD_END) >> 1),
  connection: "reset",
});

export function cutInBody(connection: RewrittenAnswer["connection"]): AnswerRewrite {
  return (answer) => {
    const { head, body } = split(answer);
    return { bytes: join(head, half(body)), connection };
  };
}

/** Without a length, only the end of the connection ends the body. */
export const cutWithoutLength: AnswerRewrite = (answer) => {
  const { head, body } = split(answer);
  return {
    bytes: join(`${without(head, /^content-length:|^connection:/i)}Connection: close\r\n`, half(body)),
    connection: "end",
  };
};

export const cutInChunks: AnswerRewrite = (answer) => {
  const { head, body } = split(answer);
  const part = half(body);
  const chunk = part.length > 0 ? [`${part.length.toString(16)}\r\n`, part, "\r\n"] : [];
  const chunkedHead = `${without(head, /^content-length:/i)}Transfer-Encoding: chunked\r\n`;
  return { bytes: join(chunkedHead, ...chunk), connection: "end" };
};

/** Half of the body, with a length that fits it. */
export const shortened: AnswerRewrite = (answer) => {
  const { head, body } = split(answer);
  const part = half(body);
  return { bytes: join(withLength(head, part.length), part), connection: "stay" };
};

/** The last byte of the body is beyond its length. */
export const tooLong: AnswerRewrite = (answer) => {
  const { head, body } = split(answer);
  return { bytes: join(withLength(head, Math.max(0, body.length - 1)), body), connection: "stay" };
};

export const withByteFlipped: AnswerRewrite = (answer) => {
  const { head, body } = split(answer);
  const changed = Buffer.from(body);
  const index = changed.length >> 1;
  if (changed.length > 0) changed[index] = (changed[index] ?? 0) ^ 1;
  return { bytes: join(head, changed), connection: "stay" };
};

/** Another ETag in the head, and in a document. */
export const withOtherEtag: AnswerRewrite = (answer) => {
  const { head, body } = split(answer);
  const change = (text: string) => text.replace(/("|&quot;)[0-9a-f]{32}(?=(-\d+)?\1)/g, `$1${OTHER_MD5}`);
  const isDocument = body.subarray(0, 5).toString() === "<?xml";
  return { bytes: join(change(head), isDocument ? change(body.toString()) : body), connection: "stay" };
};

/** As long as the right one. */
const OTHER_MD5 = "0123456789abcdef0123456789abcdef";

/** Another checksum in the head. */
export const withOtherChecksum: AnswerRewrite = (answer) => {
  const { head, body } = split(answer);
  const changed = head.replace(
    /^(x-amz-checksum-(?:crc|sha)\w+: )(.)/gim,
    (_, name: string, first: string) => name + (first === "A" ? "B" : "A"),
  );
  return { bytes: join(changed, body), connection: "stay" };
};

/** What a server may send before its answer, of its own accord. */
export const afterInterimAnswers: AnswerRewrite = (answer) => ({
  bytes: Buffer.concat([
    Buffer.from(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n",
    ),
    answer,
  ]),
  connection: "stay",
});

/** A second answer that nobody has asked for. */
export const twice: AnswerRewrite = (answer) => ({
  bytes: Buffer.concat([answer, page("200 OK")]),
  connection: "stay",
});

export const interimAlone: AnswerRewrite = () => ({
  bytes: Buffer.from("HTTP/1.1 100 Continue\r\n\r\n"),
  connection: "end",
});

export const GARBAGE = Buffer.from(
  "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001 this is not HTTP\r\n\r\n".repeat(20),
  "latin1",
);

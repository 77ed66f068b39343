import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a program reads in an archive. */
export interface ReadArchive {
  readonly files: number;
  readonly bytes: number;
  /** SHA-256, in hex, over the lines `name`, `size` and the content's SHA-256 of all files in order. */
  readonly digest: string;
}

const PYTHON = `
import hashlib, sys, tarfile, zipfile
total = hashlib.sha256()
count = size = 0
def add(name, length, stream):
    global count, size
    digest = hashlib.sha256()
    while chunk := stream.read(1 << 20):
        digest.update(chunk)
    total.update(f"{name}\\n{length}\\n{digest.hexdigest()}\\n".encode())
    count += 1
    size += length
if sys.argv[1].endswith(".zip"):
    with zipfile.ZipFile(sys.argv[1]) as archive:
        for entry in archive.infolist():
            with archive.open(entry) as stream: add(entry.filename, entry.file_size, stream)
else:
    with tarfile.open(sys.argv[1], "r|gz") as archive:
        for entry in archive: add(entry.name, entry.size, archive.extractfile(entry))
print(count, size, total.hexdigest())
`;

/** Reads an archive from its beginning to its end, as what gets it from a network has to. */
const JAVA = `
import java.io.*; import java.security.*; import java.util.*; import java.util.zip.*;
class ReadZip {
  static String hex(byte[] bytes) { return HexFormat.of().formatHex(bytes); }
  public static void main(String[] names) throws Exception {
    MessageDigest total = MessageDigest.getInstance("SHA-256");
    long count = 0, size = 0;
    byte[] block = new byte[1 << 20];
    try (ZipInputStream zip = new ZipInputStream(new BufferedInputStream(new FileInputStream(names[0])))) {
      for (ZipEntry entry; (entry = zip.getNextEntry()) != null; count++) {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        long length = 0;
        for (int read; (read = zip.read(block)) > 0; length += read) digest.update(block, 0, read);
        total.update((entry.getName() + "\\n" + length + "\\n" + hex(digest.digest()) + "\\n").getBytes("UTF-8"));
        size += length;
      }
    }
    System.out.println(count + " " + size + " " + hex(total.digest()));
  }
}
`;

/** Go's `archive/zip` or `archive/tar`. */
const GO = `
package main

import ("archive/tar"; "archive/zip"; "bufio"; "compress/gzip"; "crypto/sha256"; "fmt"; "io"; "os"; "strings")

func main() {
	total := sha256.New()
	count, size := 0, int64(0)
	add := func(name string, content io.Reader) {
		digest := sha256.New()
		length, err := io.Copy(digest, content)
		check(err)
		fmt.Fprintf(total, "%s\\n%d\\n%x\\n", name, length, digest.Sum(nil))
		count++
		size += length
	}
	if strings.HasSuffix(os.Args[1], ".zip") {
		archive, err := zip.OpenReader(os.Args[1])
		check(err)
		for _, file := range archive.File {
			content, err := file.Open()
			check(err)
			add(file.Name, content)
			check(content.Close())
		}
	} else {
		file, err := os.Open(os.Args[1])
		check(err)
		bytes, err := gzip.NewReader(bufio.NewReader(file))
		check(err)
		archive := tar.NewReader(bytes)
		for {
			header, err := archive.Next()
			if err == io.EOF { break }
			check(err)
			add(header.Name, archive)
		}
	}
	fmt.Printf("%d %d %x\\n", count, size, total.Sum(nil))
}

func check(err error) {
	if err != nil { panic(err) }
}
`;

/** Python's `zipfile` or `tarfile`. @returns undefined if there is no Python */
export function readByPython(path: string): ReadArchive | undefined {
  return parse(run("python3", ["-c", PYTHON, path]));
}

/** Java's `ZipInputStream`. @returns undefined if there is no Java */
export function readByJava(path: string): ReadArchive | undefined {
  return withSource("ReadZip.java", JAVA, (program) => run("java", [program, path]));
}

/** Go's `archive/zip` or `archive/tar`. @returns undefined if there is no Go */
export function readByGo(path: string): ReadArchive | undefined {
  return withSource("main.go", GO, (program) => run("go", ["run", program, path]));
}

/** Writes the source of a program, and runs it. */
function withSource(name: string, source: string, act: (path: string) => string | undefined): ReadArchive | undefined {
  const folder = mkdtempSync(join(tmpdir(), "reader-"));
  try {
    const program = join(folder, name);
    writeFileSync(program, source);
    return parse(act(program));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Has `unzip` check each entry. @returns whether there is an `unzip` */
export function checkByUnzip(path: string): boolean {
  return run("unzip", ["-tqq", path]) !== undefined;
}

function run(program: string, args: readonly string[]): string | undefined {
  const { error, status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") {
    console.log(`      ${program} is not installed`);
    return undefined;
  }
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}${stdout}`);
  return stdout;
}

function parse(output: string | undefined): ReadArchive | undefined {
  if (output === undefined) return undefined;
  const [files, bytes, digest = ""] = output.trim().split(" ");
  return { files: Number(files), bytes: Number(bytes), digest };
}

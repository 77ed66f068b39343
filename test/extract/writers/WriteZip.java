import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes all files below a folder into a zip archive: WriteZip FOLDER ZIP. */
public class WriteZip {
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    try (Stream<Path> walk = Files.walk(folder);
        ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(Path.of(args[1])))) {
      List<Path> paths = walk.filter(path -> !path.equals(folder)).sorted().toList();
      for (Path path : paths) {
        boolean isFolder = Files.isDirectory(path);
        zip.putNextEntry(new ZipEntry(folder.relativize(path) + (isFolder ? "/" : "")));
        if (!isFolder) Files.copy(path, zip);
        zip.closeEntry();
      }
    }
  }
}

package io.fastvif.files;

import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Makes paths of text and text of paths by UTF-8, as links' names, VIFs and configuration have it.
 *
 * <p>{@link Path#of} goes by the locale that the process was started in instead: in the C locale,
 * which services often have, it refuses every character that is not ASCII. It can be told bytes
 * only in a URI, with each of them escaped ({@code sun.nio.fs.UnixUriUtils}).
 */
public final class HostPath {
  private static final boolean LOCALE_IS_UTF_8 =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"), StandardCharsets.ISO_8859_1)
          .equals(StandardCharsets.UTF_8);

  /** What a path begins with that would be relative: a URI cannot be. */
  private static final String WORKING_FOLDER = "/proc/self/cwd/";

  private HostPath() {}

  /** Whether {@link Path#of} and {@code java.io} make the same of it, whatever the locale. */
  public static boolean isPlain(String text) {
    return LOCALE_IS_UTF_8 || text.chars().allMatch(c -> c < 0x80);
  }

  /**
   * The path of that text.
   *
   * @throws InvalidPathException if no path has such characters: zero, or half a surrogate pair
   */
  public static Path of(String text) {
    return isPlain(text) ? Path.of(text) : ofBytes(text);
  }

  /** The path in a folder, or itself if it is absolute. */
  public static Path resolve(Path folder, String text) {
    if (isPlain(text)) {
      return folder.resolve(text);
    }
    if (text.startsWith("/")) {
      return ofBytes(text);
    }
    Path root = Path.of("/");
    return folder.resolve(root.relativize(ofBytes("/" + text)));
  }

  /** The path as text, the reverse of {@link #of}. */
  public static String text(Path path) {
    if (LOCALE_IS_UTF_8) {
      return path.toString();
    }
    // The URI of an absolute path alone: that of a relative one goes by the working folder.
    String raw = Path.of("/").resolve(path).toUri().getRawPath();
    String text = new String(unescaped(raw), StandardCharsets.UTF_8);
    int start = path.isAbsolute() ? 0 : 1;
    boolean folder = text.length() > 1 && text.endsWith("/");
    return text.substring(start, folder ? text.length() - 1 : text.length());
  }

  static Path ofBytes(String text) {
    if (text.indexOf('\0') >= 0) {
      throw new InvalidPathException(text, "Nul character not allowed");
    }
    String absolute = (text.startsWith("/") ? text : WORKING_FOLDER + text).replaceAll("/+", "/");
    StringBuilder escaped = new StringBuilder("file://");
    for (byte b : absolute.getBytes(StandardCharsets.UTF_8)) {
      if (b == '/') {
        escaped.append('/');
      } else {
        escaped.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
      }
    }
    return Path.of(URI.create(escaped.toString()));
  }

  private static byte[] unescaped(String path) {
    byte[] bytes = new byte[path.length()];
    int count = 0;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '%') {
        bytes[count++] = (byte) HexFormat.fromHexDigits(path, i + 1, i + 3);
        i += 2;
      } else {
        bytes[count++] = (byte) c;
      }
    }
    return Arrays.copyOf(bytes, count);
  }
}

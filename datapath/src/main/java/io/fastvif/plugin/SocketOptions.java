package io.fastvif.plugin;

import io.fastvif.plan.SocketAccess;
import io.fastvif.vif.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;

/** Options on sockets and their folders, and the check of a VIF's socket path. */
public final class SocketOptions {
  /** sun_path of linux/un.h has 108 bytes, the last of which is zero. */
  private static final int PATH_BYTES = 107;

  private static final int OCTAL = 8;
  private static final int MAX_PERMISSIONS = 0777;

  private SocketOptions() {}

  /** The names of the options: owner, group and permissions of that sort of file. */
  public static List<String> names(String file) {
    return List.of(file + "_owner", file + "_group", file + "_permissions");
  }

  /**
   * Reads {@code FILE_owner}, {@code FILE_group} (numbers) and {@code FILE_permissions} (octal).
   *
   * @param file what the options are about: {@code socket} or {@code folder}
   * @param permissions those by default
   * @throws InvalidInputException if one has a value that it does not take
   */
  public static SocketAccess access(PluginOptions options, String file, int permissions) {
    OptionalInt owner = options.id(file + "_owner");
    OptionalInt group = options.id(file + "_group");
    String option = file + "_permissions";
    String text = options.text(option, Integer.toString(permissions, OCTAL));
    int mode = -1;
    if (text.matches("[0-7]{1,4}")) {
      mode = Integer.parseInt(text, OCTAL);
    }
    if (mode < 0 || mode > MAX_PERMISSIONS) {
      throw options.invalid(
          option, text, "is not a file's permissions", "an octal number up to 777");
    }
    return new SocketAccess(owner, group, mode);
  }

  /**
   * Checks a socket's path.
   *
   * @return the path with single slashes
   * @throws InvalidInputException if no socket can be there
   */
  public static String path(String path) {
    String single = path.replaceAll("/+", "/");
    boolean wrong =
        !single.startsWith("/")
            || single.endsWith("/")
            || single.indexOf('\0') >= 0
            || single.matches(".*/\\.\\.?(/.*)?")
            || path.getBytes(StandardCharsets.UTF_8).length > PATH_BYTES;
    if (wrong) {
      throw InvalidInputException.ofValue(
          "path",
          path,
          "is not a socket's path",
          "an absolute path of at most " + PATH_BYTES + " bytes");
    }
    return single;
  }

  /** The folder that a socket is in, of a path that was checked. */
  public static String folder(String path) {
    return path.substring(0, Math.max(1, path.lastIndexOf('/')));
  }
}

package io.fastvif.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes a tar archive in the format {@code ustar}, all of root's and with no times: of each file a
 * header of one block and its content in blocks of 512 bytes; two blocks of zeros at the end.
 *
 * @see <a href="https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html">POSIX: pax</a>
 */
public final class TarArchive {
  private static final int BLOCK = 512;
  private static final int MODE = 100;
  private static final int UID = 108;
  private static final int GID = 116;
  private static final int SIZE = 124;
  private static final int TIME = 136;
  private static final int CHECKSUM = 148;
  private static final int TYPE = 156;
  private static final int MAGIC = 257;
  private static final int VERSION = 263;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Adds a folder. */
  public TarArchive folder(String path) {
    return entry(path + "/", '5', 0755, new byte[0]);
  }

  /** Adds a file that can be executed. */
  public TarArchive program(String path, byte[] content) {
    return entry(path, '0', 0755, content);
  }

  /** Adds a file. */
  public TarArchive file(String path, byte[] content) {
    return entry(path, '0', 0644, content);
  }

  /** The whole archive. */
  public byte[] end() {
    out.writeBytes(new byte[2 * BLOCK]);
    return out.toByteArray();
  }

  private TarArchive entry(String path, char type, int mode, byte[] content) {
    byte[] header = new byte[BLOCK];
    put(header, 0, path);
    put(header, MODE, "%07o".formatted(mode));
    put(header, UID, "0000000");
    put(header, GID, "0000000");
    put(header, SIZE, "%011o".formatted(content.length));
    put(header, TIME, "00000000000");
    put(header, CHECKSUM, "        "); // counts as spaces
    put(header, TYPE, String.valueOf(type));
    put(header, MAGIC, "ustar");
    put(header, VERSION, "00");
    int sum = 0;
    for (byte one : header) {
      sum += Byte.toUnsignedInt(one);
    }
    put(header, CHECKSUM, "%06o\0".formatted(sum));
    out.writeBytes(header);
    out.writeBytes(content);
    out.writeBytes(new byte[-content.length & (BLOCK - 1)]);
    return this;
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }
}

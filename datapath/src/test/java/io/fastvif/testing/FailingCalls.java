package io.fastvif.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/**
 * Makes calls of the C library fail that the JDK itself makes, on threads of the OVSDB client: the
 * library that {@code failing-calls.c} becomes stands before the C library in a {@link
 * FaultyProcess}, and is told what to do through a file. What fastvif's bindings call does not come
 * by there: {@link io.fastvif.bindings.fault.SystemCallFaults} is for that.
 */
public final class FailingCalls {
  private static final String SOURCE = "failing-calls.c";
  private static final String CONTROL = "FAILING_CALLS";

  /** The fields of the file, as in the C structure. */
  private static final int FAILING = 0;

  private static final int CALLS = 8;
  private static final int FAILURE = 16;
  private static final int FAILED = 20;
  private static final int NAME = 24;
  private static final int NAME_SIZE = 16;
  private static final int SIZE = NAME + NAME_SIZE;

  private final MappedByteBuffer control;

  private FailingCalls(Path file) throws IOException {
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      control = opened.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, SIZE);
      control.order(ByteOrder.nativeOrder());
    }
  }

  /**
   * Compiles the library into a folder.
   *
   * @return what to put into a process's environment, so that its calls can fail
   */
  public static Map<String, String> build(Path folder) throws IOException, InterruptedException {
    Path source = folder.resolve(SOURCE);
    try (InputStream text = FailingCalls.class.getResourceAsStream("/" + SOURCE)) {
      Files.copy(text, source, StandardCopyOption.REPLACE_EXISTING);
    }
    Path library = folder.resolve("failing-calls.so");
    Peer.require("gcc", "gcc libc6-dev")
        .run(
            List.of(
                "-Wall",
                "-Werror",
                "-O2",
                "-shared",
                "-fPIC",
                "-o",
                library.toString(),
                source.toString()));
    Path control = Files.write(folder.resolve("failing-calls"), new byte[SIZE]);
    return Map.of("LD_PRELOAD", library.toString(), CONTROL, control.toString());
  }

  /** Of this process, which was started with {@link #build}'s environment. */
  public static FailingCalls here() throws IOException {
    return new FailingCalls(Path.of(System.getenv(CONTROL)));
  }

  /**
   * The n-th call from now on fails, and no other.
   *
   * @param errno what with, a positive number
   */
  public void failNth(long n, int errno) {
    failNone();
    control.putLong(CALLS, 0);
    control.putInt(FAILED, 0);
    control.put(NAME, new byte[NAME_SIZE]);
    control.putInt(FAILURE, errno);
    control.putLong(FAILING, n);
  }

  /** No call fails. */
  public void failNone() {
    control.putLong(FAILING, 0);
  }

  /** The name of the call that failed; null if the n-th was not made. */
  public String failed() {
    if (control.getInt(FAILED) == 0) {
      return null;
    }
    byte[] name = new byte[NAME_SIZE];
    control.get(NAME, name);
    return new String(name, StandardCharsets.US_ASCII).trim();
  }
}

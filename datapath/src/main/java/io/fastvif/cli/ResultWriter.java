package io.fastvif.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/**
 * Standard output, of which nothing is lost in silence: what cannot be written there goes to
 * standard error, unless it was a pipe that nobody reads any more.
 */
final class ResultWriter extends PrintWriter {
  private final Stream stream;

  private ResultWriter(Stream stream) {
    super(new OutputStreamWriter(stream, StandardCharsets.UTF_8));
    this.stream = stream;
  }

  /** That of this process. */
  static ResultWriter ofProcess() {
    return new ResultWriter(
        new Stream(
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            StandardStreams.isPipe(1)));
  }

  static ResultWriter of(OutputStream out, OutputStream err, boolean pipe) {
    return new ResultWriter(new Stream(out, err, pipe));
  }

  /** Whether something of it could not be written. */
  @Override
  public boolean checkError() {
    return super.checkError() || stream.broken;
  }

  private static final class Stream extends OutputStream {
    private final OutputStream out;
    private final OutputStream err;
    private final boolean pipe;
    private volatile boolean broken;

    Stream(OutputStream out, OutputStream err, boolean pipe) {
      this.out = out;
      this.err = err;
      this.pipe = pipe;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (!broken) {
        try {
          out.write(bytes, offset, length);
          return;
        } catch (IOException refused) {
          broken = true;
          String rest = pipe ? "the rest of it is lost" : "the rest of it follows";
          String line =
              "fastvif: standard output cannot be written: " + refused.getMessage() + ": " + rest;
          err.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        }
      }
      if (!pipe) {
        err.write(bytes, offset, length);
      }
    }

    @Override
    public void flush() throws IOException {
      if (!broken) {
        out.flush();
      }
    }
  }
}

package io.fastvif.vhostuser.session;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.vhostuser.protocol.InflightDescription;
import io.fastvif.vhostuser.protocol.Message;

/**
 * What is answered to a request when everything that it waits for has come. A reply with contents
 * is always sent, an acknowledgement if it was asked for.
 */
interface Reply {
  /** Done: the acknowledgement is zero. */
  Reply DONE = message -> message.putU64(0);

  /** Not done, though the session goes on: the acknowledgement is not zero. */
  Reply NOT_DONE = message -> message.putU64(1);

  /** Writes the payload of a message whose header is written. */
  void write(Message message);

  /** A reply with a number. */
  static Reply u64(long value) {
    return message -> message.putU64(value);
  }

  /** A reply with an in-flight area and its file, which it closes. */
  static Reply inflight(InflightDescription area, FileDescriptor file) {
    return new Reply() {
      @Override
      public void write(Message message) {
        message.putInflight(area);
      }

      @Override
      public FileDescriptor descriptor() {
        return file;
      }
    };
  }

  /** A descriptor to pass along and to close then, or null. */
  default FileDescriptor descriptor() {
    return null;
  }
}

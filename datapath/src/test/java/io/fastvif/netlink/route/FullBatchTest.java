package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.MessageHandler;
import io.fastvif.netlink.MessagesLostException;
import io.fastvif.netlink.NetlinkSocket;
import io.fastvif.testing.KernelTest;
import java.lang.foreign.Arena;

/**
 * As many failing requests as a send may hold: every answer fits into the receive buffer, whichever
 * size that has and however long the kernel's text is.
 */
class FullBatchTest {
  private static final int[] BUFFERS = {4096, 16 * 1024, 212_992, 1024 * 1024, 4 * 1024 * 1024};
  private static final int LOOPBACK = 1;
  private static final int PREFIX = 48;
  private static final byte[] ADDRESS = {
    0x20, 1, 0xd, (byte) 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
  };

  /**
   * Links that the kernel makes in another way only; of unknown ones it would look for a module.
   */
  private static final class Tun implements LinkKind {
    @Override
    public String name() {
      return "tun";
    }

    @Override
    public void encode(MessageEncoder encoder) {
      // It has no options.
    }
  }

  /** An answer of 88 bytes. */
  @KernelTest
  void errorsWithAShortText() {
    for (int size : BUFFERS) {
      try (Batch batch = new Batch(size)) {
        LinkRequest link = new LinkRequest(batch.encoder);
        for (int i = 0; i < batch.count; i++) {
          assertTrue(link.create("d0").kind(new Tun()).end());
        }
        batch.assertAnswered(Errno.EOPNOTSUPP, "tun/tap creation via rtnetlink is not supported.");
      }
    }
  }

  /** An answer of 112 bytes, with one of the longest texts that rtnetlink has. */
  @KernelTest
  void errorsWithALongText() {
    for (int size : BUFFERS) {
      try (Batch batch = new Batch(size)) {
        AddressRequest address = new AddressRequest(batch.encoder);
        for (int i = 0; i < batch.count; i++) {
          assertTrue(address.add(LOOPBACK, ADDRESS, PREFIX).flags(IFA_F_MANAGETEMPADDR).end());
        }
        batch.assertAnswered(
            Errno.EINVAL, "ipv6: address with \"mngtmpaddr\" flag must have a prefix length of 64");
      }
    }
  }

  /** An answer of 120 bytes: the text, the attribute's place, and what it should have been. */
  @KernelTest
  void errorsWithAPolicy() {
    for (int size : BUFFERS) {
      try (Batch batch = new Batch(size)) {
        batch.putTooShortAttributes(batch.count);
        batch.assertAnswered(Errno.ERANGE, "Attribute failed policy validation");
      }
    }
  }

  /** Or the tests above would not notice answers that do not fit. */
  @KernelTest
  void fourTimesAsManyAreTooMany() {
    for (int size : BUFFERS) {
      try (Batch batch = new Batch(size)) {
        batch.putTooShortAttributes(4 * batch.count);
        assertThrows(
            MessagesLostException.class,
            () -> batch.assertAnswered(Errno.ERANGE, "Attribute failed policy validation"));
      }
    }
  }

  private static final class Batch implements AutoCloseable, MessageHandler {
    private final Arena arena = Arena.ofConfined();
    private final NetlinkSocket socket;
    private final MessageEncoder encoder;
    private final int count;
    private int expectedErrno;
    private String expectedText;
    private int answered;

    Batch(int bufferSize) {
      socket = NetlinkSocket.open(NETLINK_ROUTE, bufferSize);
      assertEquals(2 * bufferSize, socket.receiveBufferSize());
      encoder = new MessageEncoder(arena.allocate(socket.maxBytesPerSend()));
      count = socket.maxMessagesPerSend();
    }

    void putTooShortAttributes(int messages) {
      for (int i = 0; i < messages; i++) {
        encoder.begin(RTM_SETLINK, NLM_F_REQUEST | NLM_F_ACK);
        encoder.putHeader(InterfaceInfo.LENGTH);
        encoder.setHeaderInt(InterfaceInfo.INDEX, LOOPBACK);
        encoder.putShort(IFLA_MTU, 1400);
        assertTrue(encoder.end());
      }
    }

    void assertAnswered(int errno, String text) {
      expectedErrno = errno;
      expectedText = text;
      int sent = encoder.messageCount();
      socket.send(encoder);
      while (answered < sent) {
        assertTrue(socket.receive(this, 10_000) > 0, answered + " of " + sent + " answered");
      }
    }

    @Override
    public void onAck(int sequence, int errno, String message, int attributeOffset) {
      assertEquals(expectedErrno, errno);
      assertEquals(expectedText, message);
      answered++;
    }

    @Override
    public void onMessage(MessageDecoder message) {
      throw new AssertionError("type " + message.type());
    }

    @Override
    public void close() {
      socket.close();
      arena.close();
    }
  }
}

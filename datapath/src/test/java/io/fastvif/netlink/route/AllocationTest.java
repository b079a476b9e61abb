package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.NETLINK_ROUTE;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.Captured;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.MessageHandler;
import io.fastvif.netlink.NetlinkSocket;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.testing.Allocations;
import io.fastvif.testing.FaultyProcess;
import io.fastvif.testing.KernelTest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The way of a link through the codecs and the socket allocates nothing on the Java heap. */
class AllocationTest {
  private static final int CALLS = 10_000;
  private static final int LOOPBACK = 1;
  private static final int MESSAGES = 4;

  @Test
  void linkRequestsAreEncoded() {
    try (Arena arena = Arena.ofConfined()) {
      MessageEncoder encoder = new MessageEncoder(arena.allocate(4096));
      LinkRequest link = new LinkRequest(encoder);
      Veth veth = new Veth();
      int length = encodeLinkLife(encoder, link, veth);
      assertTrue(length > 5 * 32, "bytes: " + length);
      Allocations.assertNone(() -> encodeLinkLife(encoder, link, veth), length, CALLS);
    }
  }

  /**
   * In a process of its own that waits for its compilers: what they make of the JDK's own check of
   * a call's errno memory otherwise depends on when they are done, and one shape in four allocates.
   */
  @KernelTest
  void requestsAreSentAndTheirAcknowledgementsReceived() throws Exception {
    Map<String, String> waiting = Map.of("JDK_JAVA_OPTIONS", "-Xbatch");
    assertTrue(FaultyProcess.runWith(waiting, Sending.class).contains("nothing allocated"));
  }

  /** Runs in a child. */
  static final class Sending {
    public static void main(String[] arguments) {
      try (NetlinkSocket socket = NetlinkSocket.open(NETLINK_ROUTE, 256 * 1024);
          Arena arena = Arena.ofConfined()) {
        MessageEncoder encoder = new MessageEncoder(arena.allocate(4096));
        LinkRequest link = new LinkRequest(encoder);
        Acknowledgements acks = new Acknowledgements();
        Allocations.assertNone(() -> setLoopback(socket, encoder, link, acks), MESSAGES, CALLS);
      }
      System.out.println("nothing allocated");
    }
  }

  @Test
  void numbersOfALinkAreDecoded() {
    byte[] captured = Captured.bytes("reply-link-veth");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(captured.length);
      bytes.copyFrom(MemorySegment.ofArray(captured));
      MessageDecoder decoder = new MessageDecoder();
      LinkMessage link = new LinkMessage();
      long sum = decodeNumbers(decoder, bytes, link);
      Allocations.assertNone(() -> decodeNumbers(decoder, bytes, link), sum, CALLS);
    }
  }

  private static int encodeLinkLife(MessageEncoder encoder, LinkRequest link, Veth veth) {
    encoder.reset();
    boolean fits =
        link.create("v0").mtu(1400).address(0x020000000001L).kind(veth.reset().peerName("v1")).end()
            && link.set(7)
                .name("rep0")
                .alias("fastvif:\u00e4")
                .master(3)
                .promiscuous(true)
                .addressGenerationMode(AddressGenerationMode.NONE)
                .inetConf(InetConf.ARP_IGNORE, 2)
                .up()
                .end()
            && link.set("rep0").mtu(1500).end()
            && link.addAltname(7).alternativeName("another-name-of-it").end()
            && link.set(7).group(9).end()
            && link.deleteGroup(9).end()
            && link.delete(7).end();
    return fits ? encoder.length() : -1;
  }

  private static int setLoopback(
      NetlinkSocket socket, MessageEncoder encoder, LinkRequest link, Acknowledgements acks) {
    encoder.reset();
    for (int i = 0; i < MESSAGES; i++) {
      if (!link.set(LOOPBACK).group(i).end()) {
        return -1;
      }
    }
    acks.good = 0;
    socket.send(encoder);
    while (acks.good < MESSAGES) {
      if (socket.receive(acks, 10_000) == 0) {
        return acks.good;
      }
    }
    return acks.good;
  }

  private static long decodeNumbers(
      MessageDecoder decoder, MemorySegment bytes, LinkMessage message) {
    decoder.wrap(bytes, 0, (int) bytes.byteSize());
    if (!decoder.next()) {
      return -1;
    }
    LinkMessage link = message.wrap(decoder);
    return link.index()
        + link.flags()
        + link.mtu()
        + link.master()
        + link.link()
        + link.linkNamespace()
        + link.group()
        + link.promiscuity()
        + link.address()
        + link.addressGenerationMode().value()
        + link.inetConf(InetConf.ARP_IGNORE, -1)
        + (link.isIpv6Disabled() ? 1 : 0);
  }

  private static final class Acknowledgements implements MessageHandler {
    private int good;

    @Override
    public void onAck(int sequence, int errno, String message, int attributeOffset) {
      if (errno == 0) {
        good++;
      }
    }

    @Override
    public void onMessage(MessageDecoder message) {
      throw new AssertionError("type " + message.type());
    }
  }
}

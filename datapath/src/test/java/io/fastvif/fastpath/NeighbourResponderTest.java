package io.fastvif.fastpath;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.PacketSocket;
import io.fastvif.testing.Peer;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Guests' kernels, in namespaces of their own behind routed links, look for their neighbours. */
class NeighbourResponderTest {
  private static final String ROUTER = "ee:ee:ee:ee:ee:ee";

  private static final int FLOOD = 2000;

  /** What the host's kernel sends of itself meanwhile, at most. */
  private static final int OTHERS = 20;

  private final Peer ip = Peer.require("ip", "iproute2");
  private final Peer ping = Peer.require("ping", "iputils-ping");
  private final List<Netns> guests = new ArrayList<>();
  private NeighbourResponder responder;

  @BeforeEach
  void begin() {
    responder = new NeighbourResponder();
  }

  @AfterEach
  void end() {
    responder.close();
    guests.forEach(Netns::close);
  }

  /** A guest with an address behind a link that the host has set up as a routed port's tap. */
  private Netns guest(int number) throws Exception {
    String link = "cali" + number;
    Files.writeString(Path.of("/proc/sys/net/ipv6/conf/all/forwarding"), "1");
    ip.run("link add " + link + " address " + ROUTER + " type veth peer name eth" + number);
    for (String setting : List.of("forwarding", "proxy_ndp")) {
      Files.writeString(Path.of("/proc/sys/net/ipv6/conf", link, setting), "1");
    }
    Files.writeString(Path.of("/proc/sys/net/ipv6/neigh", link, "proxy_delay"), "0");
    Netns guest = Netns.createPrivate();
    guests.add(guest);
    String path = "/proc/" + ProcessHandle.current().pid() + "/fd/" + guest.descriptor();
    ip.run("link set eth" + number + " netns " + path);
    ip.run("link set " + link + " up");
    ip.run("-6 route add 2001:db8::" + number + "/128 dev " + link);
    in(guest, "link set eth" + number + " up");
    in(guest, "-6 address add 2001:db8::" + number + "/64 dev eth" + number);
    return guest;
  }

  private String in(Netns guest, String arguments) throws Exception {
    return guest.call(() -> ip.run(arguments));
  }

  private boolean reaches(Netns guest, String address) throws Exception {
    return guest.call(
        () ->
            new ProcessBuilder(ping.path().toString(), "-6", "-c", "1", "-W", "1", address)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor()
                == 0);
  }

  @KernelTest
  void guestsOnOnePrefixReachEachOtherByTheRouter() throws Exception {
    Netns one = guest(5);
    Netns two = guest(6);
    Runnable first = responder.answer("cali5");
    Runnable second = responder.answer("cali6");
    Await.until("the other guest", () -> reaches(one, "2001:db8::6"));
    String neighbour = in(one, "-6 neighbour show 2001:db8::6");
    assertTrue(neighbour.contains(ROUTER) && neighbour.contains("router"), neighbour);
    assertTrue(reaches(two, "2001:db8::5"));
    first.run();
    second.run();
    in(one, "-6 neighbour flush all");
    Await.until("it answers no more", () -> !reaches(one, "2001:db8::6"));
  }

  @KernelTest
  void nothingIsSaidOfOnesOwnAddressOrOfWhatNoRouteLeadsTo() throws Exception {
    ip.run("-6 route add blackhole 2001:db8::8/128");
    Netns one = guest(5);
    Netns two = guest(6);
    List.of("cali5", "cali6").forEach(responder::answer);
    Await.until("the other guest", () -> reaches(one, "2001:db8::6"));
    Await.until(
        "its own address", () -> !in(one, "-6 address show dev eth5").contains("tentative"));
    // Whose it is decides who has it, as with the kernel's proxy ARP.
    in(one, "-6 address add 2001:db8::6/64 dev eth5");
    Await.until("another", () -> !in(one, "-6 address show dev eth5").contains("tentative"));
    assertFalse(in(one, "-6 address show dev eth5").contains("dadfailed"));
    for (String address : List.of("2001:db8::8", "2001:db8::9")) {
      assertFalse(reaches(one, address));
      String neighbour = in(one, "-6 neighbour show " + address);
      assertFalse(neighbour.contains(ROUTER), neighbour);
    }
    assertTrue(two.descriptor() >= 0);
  }

  @KernelTest
  void answersAreBounded() throws Exception {
    Netns one = guest(5);
    guest(6);
    ip.run("-6 route add 2001:db8::1:0/112 dev cali6");
    List.of("cali5", "cali6").forEach(responder::answer);
    Await.until("the other guest", () -> reaches(one, "2001:db8::6"));
    long before = sent();
    long begin = System.nanoTime();
    one.call(
        () -> {
          try (PacketSocket socket = new PacketSocket("eth5")) {
            for (int i = 0; i < FLOOD; i++) {
              socket.send(solicitation("2001:db8::5", "2001:db8::1:" + Integer.toHexString(i)));
            }
          }
          return null;
        });
    Await.until("answers", () -> sent() > before);
    assertTrue(reaches(one, "2001:db8::6"));
    long answered = sent() - before;
    long periods = (System.nanoTime() - begin) / 1_000_000 / NeighbourResponder.PERIOD_MILLIS + 2;
    assertTrue(
        answered <= periods * NeighbourResponder.BURST + OTHERS,
        () -> answered + " in " + periods + " periods");
  }

  /** Frames from the host to the guest. */
  private long sent() throws Exception {
    String last = ip.run("-s link show cali5").strip().lines().toList().getLast();
    return Long.parseLong(last.strip().split(" +", 3)[1]);
  }

  @Test
  void whatIsNoValidSolicitationIsLeft() {
    assertTrue(isRead(solicitation("2001:db8::5", "2001:db8::6")));
    assertFalse(isRead(solicitation("::", "2001:db8::6")), "of who looks whether it is taken");
    assertFalse(isRead(solicitation("2001:db8::5", "fe80::1")), "a link's own");
    assertFalse(isRead(solicitation("2001:db8::5", "ff02::1")), "a group's");
    byte[] whole = solicitation("2001:db8::5", "2001:db8::6");
    for (int at : new int[] {12, 14, 19, 20, 21, 54, 55, 56, 70}) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x11;
      assertFalse(isRead(damaged), "byte " + at);
    }
    for (int length = 0; length < whole.length; length++) {
      assertNull(Solicitation.read(ByteBuffer.wrap(whole), length));
    }
  }

  private static boolean isRead(byte[] frame) {
    return Solicitation.read(ByteBuffer.wrap(frame), frame.length) != null;
  }

  private static byte[] solicitation(String source, String target) {
    ByteBuffer frame = ByteBuffer.allocate(78);
    frame.put(new byte[] {0x33, 0x33, (byte) 0xff, 0, 0, 6, 2, 0, 0, 0, 0, 5});
    frame.putShort((short) 0x86dd).putInt(0x6000_0000).putShort((short) 24);
    frame.put((byte) 58).put((byte) 255);
    frame.put(InetAddress.ofLiteral(source).getAddress());
    frame.put(InetAddress.ofLiteral("ff02::1:ff00:6").getAddress());
    frame.put((byte) 135).putShort(58, (short) 0).position(62);
    frame.put(InetAddress.ofLiteral(target).getAddress());
    int sum = 24 + 58;
    for (int at = 22; at < 78; at += 2) {
      sum += Short.toUnsignedInt(frame.getShort(at));
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    sum = (sum & 0xffff) + (sum >>> 16);
    return frame.putShort(56, (short) ~sum).array();
  }
}

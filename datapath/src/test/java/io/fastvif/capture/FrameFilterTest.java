package io.fastvif.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Peer;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which frames pass a filter, beside what tcpdump passes, and what is said of wrong ones. */
class FrameFilterTest {
  /** Each is asked of tcpdump and of us, on the same frames. */
  private static final List<String> FILTERS =
      List.of(
          "arp",
          "rarp",
          "ip",
          "ip6",
          "tcp",
          "udp",
          "sctp",
          "icmp",
          "icmp6",
          "not arp",
          "host 192.0.2.1",
          "src host 192.0.2.1",
          "dst host 192.0.2.1",
          "ip host 192.0.2.1",
          "arp host 192.0.2.1",
          "ip6 host 2001:db8::1",
          "host 2001:db8::1",
          "not host 192.0.2.1",
          "net 192.0.2.0/24",
          "net 192.0.2.0/25",
          "src net 192.0.2.0/30",
          "net 192.0.2.1",
          "net 0.0.0.0/0",
          "net 2001:db8::/32",
          "dst net 2001:db8::/127",
          "port 53",
          "src port 53",
          "dst port 53",
          "tcp port 80",
          "udp port 53",
          "sctp port 80",
          "not port 53",
          "ether host 02:00:00:00:00:01",
          "ether src host 02:00:00:00:00:01",
          "ether dst host 02:00:00:00:00:01",
          "not ether host 02:00:00:00:00:01",
          "vlan",
          "vlan 7",
          "not vlan",
          "vlan and host 192.0.2.1",
          "vlan 7 and tcp port 80",
          "vlan and vlan",
          "vlan 7 and vlan 8 and ip",
          "host 192.0.2.1 or vlan and host 192.0.2.1",
          "tcp or udp and port 53",
          "udp and port 53 or arp",
          "not tcp and not udp",
          "not (tcp or udp)",
          "! arp && (ip || ip6)",
          "(host 192.0.2.1 and port 80) or (icmp and host 192.0.2.2)",
          "not not arp",
          "ip and not host 192.0.2.1 and not port 53");

  @TempDir Path folder;

  private static boolean passes(String filter, byte[] frame) {
    return FrameFilter.parse(filter).passes(TestFrames.inMemory(frame), frame.length);
  }

  /** What tcpdump passes of a file, by the numbers that are the frames' last two bytes. */
  private List<Integer> ofTcpdump(Path all, String filter) throws Exception {
    Path some = folder.resolve("some.pcap");
    Peer.require("tcpdump", "tcpdump")
        .run(List.of("-Z", "root", "-r", all.toString(), "-w", some.toString(), filter));
    return TestFrames.numbersOfPcap(Files.readAllBytes(some));
  }

  @Test
  void passesWhatTcpdumpPasses() throws Exception {
    List<byte[]> frames = TestFrames.all();
    Path file = Files.write(folder.resolve("all.pcap"), TestFrames.pcap(frames));
    int both = 0;
    for (String filter : FILTERS) {
      List<Integer> passed = new ArrayList<>();
      for (int i = 0; i < frames.size(); i++) {
        if (passes(filter, frames.get(i))) {
          passed.add(i);
        }
      }
      assertEquals(ofTcpdump(file, filter), passed, filter);
      both += passed.isEmpty() || passed.size() == frames.size() ? 0 : 1;
    }
    assertTrue(both > FILTERS.size() * 3 / 4, "most filters tell frames apart: " + both);
  }

  @Test
  void nothingIsNoFilter() throws IOException {
    assertNull(FrameFilter.parse(""));
    assertNull(FrameFilter.parse("  \t"));
    assertEquals("arp or ip", FrameFilter.parse(" arp or ip ").toString());
  }

  private static void wrong(String filter, String... said) {
    String message =
        assertThrows(InvalidInputException.class, () -> FrameFilter.parse(filter)).getMessage();
    for (String each : said) {
      assertTrue(message.contains(each), filter + ": " + message);
    }
  }

  @Test
  void aWrongFilterIsRefusedByTheWordThatIsWrong() {
    wrong("hots 192.0.2.1", "\"hots\"", "host");
    wrong("host", "ends too soon", "an IP address");
    wrong("host example", "\"example\"", "names are not looked up");
    wrong("host 192.0.2.256", "\"192.0.2.256\"");
    wrong("net 192.0.2.1/24", "\"192.0.2.1/24\"", "bits behind 24 are 0");
    wrong("net 192.0.2.0/33", "\"192.0.2.0/33\"", "0 to 32");
    wrong("net 192.0.2.0/x", "\"192.0.2.0/x\"");
    wrong("port http", "\"http\"", "0 to 65535");
    wrong("port 65536", "\"65536\"");
    wrong("ip port 80", "\"ip\"", "tcp, udp, sctp or nothing");
    wrong("tcp host 192.0.2.1", "\"tcp\"", "ip, ip6");
    wrong("ip6 host 192.0.2.1", "\"192.0.2.1\"", "IPv6");
    wrong("ip host ::1", "\"::1\"", "IPv4");
    wrong("ether host 1:2", "\"1:2\"", "hexadecimal");
    wrong("ether", "\"ether\"");
    wrong("ether proto 3", "\"proto\"");
    wrong("src 192.0.2.1", "\"192.0.2.1\"", "host, net or port");
    wrong("vlan 4096", "\"4096\"", "4095");
    wrong("arp ip", "\"ip\"", "and, or");
    wrong("arp and", "ends too soon");
    wrong("(arp", "ends too soon", "parenthesis");
    wrong("arp)", "\")\"");
    wrong("(arp ip)", "\"ip\"", "and, or, or )");
    wrong("not", "ends too soon");
    wrong("vlan and vlan and vlan and vlan and vlan", "\"vlan\"", "4 times");
    wrong("(".repeat(100) + "arp" + ")".repeat(100), "too deep");
    wrong("arp or ".repeat(1000) + "arp", "characters");
  }

  @Test
  void whatIsTooShortForAQuestionDoesNotPass() {
    byte[] cut = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45};
    assertFalse(passes("host 192.0.2.1", cut));
    assertFalse(passes("not host 192.0.2.1", cut));
    assertTrue(passes("ip", cut));
    assertTrue(passes("ip or host 192.0.2.1", cut));
    assertFalse(passes("ip", new byte[13]));
  }
}

package io.fastvif.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.route.AddressGenerationMode;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.plan.Aliases;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The dump is what it says, and all of it is decoded. */
class DecodeBenchmarkTest {
  private static final int PORTS = 499;

  private final DecodeBenchmark benchmark = new DecodeBenchmark();
  private final MemorySegment dump = LinkDump.read();
  private final MessageDecoder message = new MessageDecoder().wrap(dump, 0, (int) dump.byteSize());
  private final LinkMessage link = new LinkMessage();

  @Test
  void dumpHasAThousandLinksOfWhichHalfArePorts() {
    int bridge = 0;
    int ports = 0;
    Set<String> names = new HashSet<>();
    while (message.next()) {
      link.wrap(message);
      names.add(link.name());
      if ("bridge".equals(link.kind())) {
        bridge = link.index();
      }
      if (link.master() != 0) {
        ports++;
        int number = Integer.parseInt(link.name().substring(3), 16);
        assertEquals(bridge, link.master());
        assertEquals(Vifs.name(number), link.name());
        assertEquals("veth", link.kind());
        assertEquals(Aliases.of(Vifs.id(number)), link.alias());
        assertEquals(0xfe163e000000L | number, link.address());
        assertEquals(AddressGenerationMode.NONE, link.addressGenerationMode());
        assertTrue(link.isUp());
        assertEquals(1500, link.mtu());
      }
    }
    assertEquals(LinkDump.LINKS, names.size());
    assertEquals(PORTS, ports);
  }

  @Test
  void everyLinkIsInTheSums() {
    long numbers = 0;
    long everything = 0;
    int links = 0;
    while (message.next()) {
      link.wrap(message);
      long ofNumbers = DecodeBenchmark.numbersOf(link);
      assertNotEquals(0, ofNumbers);
      numbers += ofNumbers;
      everything += ofNumbers + DecodeBenchmark.textsOf(link) + DecodeBenchmark.settingsOf(link);
      links++;
    }
    assertEquals(LinkDump.LINKS, links);
    assertEquals(numbers, benchmark.numbersOneThread());
    assertEquals(numbers, benchmark.numbersTwoThreads());
    assertEquals(numbers, benchmark.numbersFourThreads());
    assertEquals(everything, benchmark.everythingOneThread());
    assertEquals(everything, benchmark.everythingTwoThreads());
    assertEquals(everything, benchmark.everythingFourThreads());
  }

  @Test
  void sumsAreOfTheLinksOwnValues() {
    assertTrue(message.next());
    link.wrap(message); // lo: index 1, up, running, loopback; MTU 65536, no address, kind or alias
    assertEquals("lo", link.name());
    assertNull(link.kind());
    assertEquals(1L + link.flags() + 65536, DecodeBenchmark.numbersOf(link));
    assertEquals("lo".length(), DecodeBenchmark.textsOf(link));
  }
}

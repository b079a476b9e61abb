package io.fastvif.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What is written is the VIF's interface. */
class LibvirtXmlBenchmarkTest {
  private final LibvirtXmlBenchmark benchmark = new LibvirtXmlBenchmark();

  @Test
  void writesTheInterface() {
    String expected =
        """
        <interface type='bridge'>
          <mac address='fa:16:3e:00:00:01'/>
          <source bridge='br-bench'/>
          <target dev='tap00000001'/>
          <model type='virtio'/>
          <mtu size='1500'/>
        </interface>
        """;
    assertEquals(expected, benchmark.bridgeOneThread());
    assertEquals(expected, benchmark.bridgeTwoThreads());
    assertEquals(expected, benchmark.bridgeFourThreads());
  }
}

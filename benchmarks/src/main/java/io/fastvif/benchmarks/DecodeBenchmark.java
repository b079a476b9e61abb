package io.fastvif.benchmarks;

import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.route.AddressGenerationMode;
import io.fastvif.netlink.route.InetConf;
import io.fastvif.netlink.route.LinkMessage;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/**
 * Decoding a captured dump of 1,000 links. The score is the time of one link; each thread decodes
 * the whole dump for itself.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsPrepend = ForkedJvm.NATIVE_ACCESS)
public class DecodeBenchmark {
  private static final MemorySegment DUMP = LinkDump.read();

  private final MessageDecoder message = new MessageDecoder();
  private final LinkMessage link = new LinkMessage();

  /** Made by JMH. */
  public DecodeBenchmark() {}

  /**
   * What is a number: enough to follow a link that is known already.
   *
   * @return a sum of them all
   */
  @Benchmark
  @Threads(1)
  @OperationsPerInvocation(LinkDump.LINKS)
  public long numbersOneThread() {
    return numbers();
  }

  /** {@link #numbersOneThread} on two threads. */
  @Benchmark
  @Threads(2)
  @OperationsPerInvocation(LinkDump.LINKS)
  public long numbersTwoThreads() {
    return numbers();
  }

  /** {@link #numbersOneThread} on four threads. */
  @Benchmark
  @Threads(4)
  @OperationsPerInvocation(LinkDump.LINKS)
  public long numbersFourThreads() {
    return numbers();
  }

  /**
   * All that a snapshot of the host takes of a link, its names and alias as strings included.
   *
   * @return a sum of it all
   */
  @Benchmark
  @Threads(1)
  @OperationsPerInvocation(LinkDump.LINKS)
  public long everythingOneThread() {
    return everything();
  }

  /** {@link #everythingOneThread} on two threads. */
  @Benchmark
  @Threads(2)
  @OperationsPerInvocation(LinkDump.LINKS)
  public long everythingTwoThreads() {
    return everything();
  }

  /** {@link #everythingOneThread} on four threads. */
  @Benchmark
  @Threads(4)
  @OperationsPerInvocation(LinkDump.LINKS)
  public long everythingFourThreads() {
    return everything();
  }

  private long numbers() {
    long sum = 0;
    message.wrap(DUMP, 0, (int) DUMP.byteSize());
    while (message.next()) {
      sum += numbersOf(link.wrap(message));
    }
    return sum;
  }

  private long everything() {
    long sum = 0;
    message.wrap(DUMP, 0, (int) DUMP.byteSize());
    while (message.next()) {
      sum += numbersOf(link.wrap(message)) + textsOf(link) + settingsOf(link);
    }
    return sum;
  }

  static long numbersOf(LinkMessage link) {
    return link.index() + link.flags() + link.mtu() + link.address() + link.master() + link.group();
  }

  static int textsOf(LinkMessage link) {
    String kind = link.kind();
    String alias = link.alias();
    return link.name().length()
        + link.alternativeNames().size()
        + (kind == null ? 0 : kind.length())
        + (alias == null ? 0 : alias.length());
  }

  static int settingsOf(LinkMessage link) {
    return (link.addressGenerationMode() == AddressGenerationMode.NONE ? 1 : 0)
        + (link.isIpv6Disabled() ? 1 : 0)
        + link.inetConf(InetConf.ARP_IGNORE, 0)
        + link.inetConf(InetConf.ARP_ANNOUNCE, 0);
  }
}

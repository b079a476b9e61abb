package io.fastvif.benchmarks;

import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.route.AddressGenerationMode;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.plan.Aliases;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Writing the netlink messages that plug one VIF, as the engine writes them for the linux_bridge
 * plugin. Nothing is sent.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsPrepend = ForkedJvm.NATIVE_ACCESS)
public class EncodePlugBenchmark {
  private static final int CAPACITY = 4096;
  static final int NUMBER = 7;

  // Not final: as constants, half of the messages could be computed by the compiler.
  private String name = Vifs.name(NUMBER);
  private String peer = "gst" + Vifs.id(NUMBER).substring(0, 8);
  private String alias = Aliases.of(Vifs.id(NUMBER));
  private long hostAddress = 0xfe163e000007L;
  private long guestAddress = Vifs.mac(NUMBER).value();
  private int mtu = Vifs.MTU;
  private int index = 21;
  private int bridge = 3;

  private final MessageEncoder encoder = new MessageEncoder(Arena.ofAuto().allocate(CAPACITY));
  private final LinkRequest link = new LinkRequest(encoder);
  private final Veth kind = new Veth();

  /** Made by JMH. */
  public EncodePlugBenchmark() {}

  /**
   * The two messages of a veth pair: RTM_NEWLINK that creates it, RTM_SETLINK that joins it to the
   * bridge and brings it up.
   *
   * @return their length in bytes
   */
  @Benchmark
  public int veth() {
    encoder.reset();
    kind.reset().peerName(peer).peerMtu(mtu).peerAddress(guestAddress);
    link.create(name).mtu(mtu).address(hostAddress).kind(kind).end();
    link.set(index)
        .master(bridge)
        .alias(alias)
        .promiscuous(true)
        .addressGenerationMode(AddressGenerationMode.NONE)
        .up()
        .end();
    return encoder.length();
  }

  /**
   * The message of a tap, which an ioctl creates: RTM_SETLINK that joins it to the bridge and
   * brings it up.
   *
   * @return its length in bytes
   */
  @Benchmark
  public int tap() {
    encoder.reset();
    link.set(index)
        .mtu(mtu)
        .address(hostAddress)
        .master(bridge)
        .alias(alias)
        .addressGenerationMode(AddressGenerationMode.NONE)
        .up()
        .end();
    return encoder.length();
  }

  /** Where the messages are. */
  MessageEncoder encoder() {
    return encoder;
  }
}

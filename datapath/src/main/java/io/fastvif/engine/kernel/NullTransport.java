package io.fastvif.engine.kernel;

import io.fastvif.engine.local.StepWait;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.netfilter.NftExchange;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plan.WaitingStep;
import java.lang.foreign.Arena;
import java.util.Set;
import java.util.function.Predicate;
import org.agrona.collections.IntArrayList;

/**
 * No kernel: every message is acknowledged at once as carried out, and nothing is done. What is
 * left is what the engine itself takes; for {@code PlugEngine.builder().withoutKernel()}.
 */
public final class NullTransport implements Transport {
  private static final int SEND_BYTES = 512 * 1024;
  private static final int MESSAGES = 1024;
  private static final int INDEX = 1;

  private final Arena arena = Arena.ofShared();
  private final MessageEncoder encoder = new MessageEncoder(arena.allocate(SEND_BYTES));
  private final MessageDecoder decoder = new MessageDecoder();

  /** A kernel that is not there. */
  public NullTransport() {}

  @Override
  public MessageEncoder encoder() {
    return encoder;
  }

  @Override
  public int messageLimit() {
    return MESSAGES;
  }

  /** Reads each message's number, as the kernel would. */
  @Override
  public void exchange(AckHandler acks) {
    decoder.wrap(encoder.segment(), 0, encoder.length());
    while (decoder.next()) {
      acks.acknowledged(decoder.sequence(), 0, null);
    }
  }

  @Override
  public MessageExchange openExchange() {
    return new NullTransport();
  }

  @Override
  public NftExchange openFilters(int family) {
    return new NullFilters(family);
  }

  @Override
  public int createTap(LocalStep.CreateTap tap, String vifId) {
    return 0;
  }

  @Override
  public int disableIpv6(String name, boolean disabled) {
    return 0;
  }

  @Override
  public int setSysctl(LocalStep.SetSysctl sysctl) {
    return 0;
  }

  @Override
  public boolean perform(DeviceStep step) {
    return true;
  }

  @Override
  public StepWait begin(WaitingStep step) {
    return StepWait.ending(() -> true);
  }

  @Override
  public int linkIndex(String name) {
    return INDEX;
  }

  @Override
  public String alias(int index) {
    return "";
  }

  @Override
  public Ownership ownership(int index, String vifId) {
    return Ownership.FOREIGN;
  }

  @Override
  public String portOf(int bridge) {
    return null;
  }

  @Override
  public String kind(int index) {
    return "";
  }

  @Override
  public String linkOn(int link, Set<Integer> ignored) {
    return null;
  }

  @Override
  public boolean isGroupUsed(int first, int count) {
    return false;
  }

  @Override
  public IntArrayList bridges(Predicate<String> alias) {
    return new IntArrayList();
  }

  @Override
  public boolean renamesAtOnce() {
    return true;
  }

  @Override
  public boolean hasIpv6() {
    return true;
  }

  @Override
  public HostSnapshot snapshot() {
    return new SnapshotBuilder().build();
  }

  @Override
  public void close() {
    arena.close();
  }
}

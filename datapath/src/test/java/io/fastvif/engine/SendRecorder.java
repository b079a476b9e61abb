package io.fastvif.engine;

import io.fastvif.bindings.Errno;
import io.fastvif.engine.kernel.AckHandler;
import io.fastvif.engine.kernel.MessageExchange;
import io.fastvif.engine.kernel.NullFilters;
import io.fastvif.engine.kernel.Ownership;
import io.fastvif.engine.kernel.Transport;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.netfilter.NftExchange;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.SnapshotBuilder;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.agrona.collections.IntArrayList;

/** A kernel that agrees to everything, and keeps what was sent to it. */
final class SendRecorder implements Transport {
  private static final int SEND_BYTES = 512 * 1024;
  private static final int MESSAGE_LIMIT = 6553;

  private final Map<String, Integer> indexes;
  private final List<String> sends = new ArrayList<>();
  private final MessageEncoder encoder = new MessageEncoder(Arena.ofAuto().allocate(SEND_BYTES));

  /**
   * @param indexes of the links that exist, or will once they have been created
   */
  SendRecorder(Map<String, Integer> indexes) {
    this.indexes = indexes;
  }

  /** The bytes of each send, as hexadecimal digits, and between them the links without IPv6. */
  List<String> sends() {
    return sends;
  }

  @Override
  public MessageEncoder encoder() {
    return encoder;
  }

  @Override
  public int messageLimit() {
    return MESSAGE_LIMIT;
  }

  @Override
  public void exchange(AckHandler acks) {
    exchange(encoder, acks);
  }

  /** Called by one thread at a time: plugging and unplugging are recorded one after the other. */
  private synchronized void exchange(MessageEncoder requests, AckHandler acks) {
    byte[] bytes = requests.segment().asSlice(0, requests.length()).toArray(ValueLayout.JAVA_BYTE);
    sends.add(HexFormat.of().formatHex(bytes));
    MessageDecoder message = new MessageDecoder();
    message.wrap(requests.segment(), 0, requests.length());
    while (message.next()) {
      acks.acknowledged(message.sequence(), 0, null);
    }
  }

  @Override
  public MessageExchange openExchange() {
    MessageEncoder requests = new MessageEncoder(Arena.ofAuto().allocate(SEND_BYTES));
    return new MessageExchange() {
      @Override
      public MessageEncoder encoder() {
        return requests;
      }

      @Override
      public int messageLimit() {
        return MESSAGE_LIMIT;
      }

      @Override
      public void exchange(AckHandler acks) {
        SendRecorder.this.exchange(requests, acks);
      }

      @Override
      public void close() {
        // nothing is open
      }
    };
  }

  @Override
  public NftExchange openFilters(int family) {
    return new NullFilters(family);
  }

  @Override
  public int createTap(LocalStep.CreateTap tap, String vifId) {
    return -Errno.EOPNOTSUPP;
  }

  @Override
  public int disableIpv6(String name, boolean disabled) {
    sends.add((disabled ? "disable_ipv6 " : "enable_ipv6 ") + name);
    return 0;
  }

  @Override
  public int setSysctl(LocalStep.SetSysctl sysctl) {
    return 0;
  }

  @Override
  public boolean perform(DeviceStep step) {
    throw new AssertionError("not recorded: " + step);
  }

  @Override
  public int linkIndex(String name) {
    return indexes.getOrDefault(name, -Errno.ENODEV);
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
    return "veth";
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
    // nothing is open
  }
}

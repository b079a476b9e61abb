package io.fastvif.engine;

import io.fastvif.bindings.Errno;
import io.fastvif.engine.kernel.AckHandler;
import io.fastvif.engine.kernel.BridgeQuestions;
import io.fastvif.engine.kernel.MessageExchange;
import io.fastvif.engine.kernel.Ownership;
import io.fastvif.engine.kernel.Transport;
import io.fastvif.engine.local.StepWait;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.netfilter.NftChain;
import io.fastvif.netlink.netfilter.NftExchange;
import io.fastvif.netlink.netfilter.NftRequest;
import io.fastvif.netlink.netfilter.NftRule;
import io.fastvif.netlink.netfilter.NftTable;
import io.fastvif.plan.DeviceSnapshot;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.FilterSnapshot;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkEntries;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.MovedLinks;
import io.fastvif.plan.SriovSnapshot;
import io.fastvif.plan.WaitingStep;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.agrona.collections.IntArrayList;

/** A transport that dies, or is refused something, where its {@link Faults} say. */
final class FaultyTransport implements Transport {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.nativeOrder());
  private static final int TYPE_BEFORE_PAYLOAD = 12;

  /** Rtnetlink has no such message and refuses it. */
  private static final short NO_TYPE = 0x7ff0;

  private final Transport transport;
  private final Faults faults;
  private final FaultyExchange main;

  FaultyTransport(Transport transport, Faults faults) {
    this.transport = transport;
    this.faults = faults;
    main = new FaultyExchange(transport, faults);
  }

  /** An exchange with the same faults. */
  private record FaultyExchange(MessageExchange exchange, Faults faults)
      implements MessageExchange {
    @Override
    public MessageEncoder encoder() {
      return exchange.encoder();
    }

    @Override
    public int messageLimit() {
      return exchange.messageLimit();
    }

    @Override
    public void exchange(AckHandler acks) {
      int refused = 0;
      if (faults.countsMessages()) {
        refused = damageRefused(exchange.encoder());
      } else {
        faults.isRefused();
      }
      int damaged = refused;
      exchange.exchange(
          (sequence, errno, message) ->
              acks.acknowledged(
                  sequence,
                  sequence == damaged ? Errno.EIO : errno,
                  damagedText(damaged, message)));
    }

    private static String damagedText(int damaged, String message) {
      return damaged == 0 ? message : "refused by the test";
    }

    /** Returns the sequence number of the message that is to be refused; 0 for none. */
    private int damageRefused(MessageEncoder encoder) {
      int refused = 0;
      MessageDecoder message = new MessageDecoder();
      message.wrap(encoder.segment(), 0, encoder.length());
      while (message.next()) {
        if (faults.isRefused()) {
          refused = message.sequence();
          long type = message.payloadOffset() - (long) TYPE_BEFORE_PAYLOAD;
          encoder.segment().set(SHORT, type, NO_TYPE);
        }
      }
      return refused;
    }

    @Override
    public void close() {
      exchange.close();
    }
  }

  @Override
  public MessageEncoder encoder() {
    return main.encoder();
  }

  @Override
  public int messageLimit() {
    return main.messageLimit();
  }

  @Override
  public void exchange(AckHandler acks) {
    main.exchange(acks);
  }

  @Override
  public MessageExchange openExchange() {
    return new FaultyExchange(transport.openExchange(), faults);
  }

  /** A packet filter with the same faults; a batch of it is one change. */
  private record FaultyFilters(NftExchange exchange, Faults faults) implements NftExchange {
    @Override
    public int generation() {
      return exchange.generation();
    }

    @Override
    public Optional<NftTable> table(String name) {
      return exchange.table(name);
    }

    @Override
    public Optional<NftChain> chain(String table, String name) {
      return exchange.chain(table, name);
    }

    @Override
    public List<NftRule> rules(String table, String chain) {
      return exchange.rules(table, chain);
    }

    @Override
    public NftRequest begin(int generation) {
      return exchange.begin(generation);
    }

    @Override
    public int commit(CommitHandler handler) {
      return faults.isRefused() ? Errno.EIO : exchange.commit(handler);
    }

    @Override
    public void close() {
      exchange.close();
    }
  }

  @Override
  public NftExchange openFilters(int family) {
    return new FaultyFilters(transport.openFilters(family), faults);
  }

  @Override
  public FilterSnapshot filters() {
    return transport.filters();
  }

  @Override
  public int createTap(LocalStep.CreateTap tap, String vifId) {
    return faults.isRefused() ? -Errno.EIO : transport.createTap(tap, vifId);
  }

  @Override
  public int disableIpv6(String name, boolean disabled) {
    return faults.isRefused() ? -Errno.EIO : transport.disableIpv6(name, disabled);
  }

  @Override
  public int setSysctl(LocalStep.SetSysctl sysctl) {
    return faults.isRefused() ? -Errno.EIO : transport.setSysctl(sysctl);
  }

  @Override
  public boolean perform(DeviceStep step) throws IOException {
    if (faults.isRefused()) {
      throw new IOException("refused by the test");
    }
    return transport.perform(step);
  }

  @Override
  public StepWait begin(WaitingStep step) {
    return faults.isRefused()
        ? StepWait.ending(
            () -> {
              throw new IOException("refused by the test");
            })
        : transport.begin(step);
  }

  @Override
  public int linkIndex(String name) {
    return transport.linkIndex(name);
  }

  @Override
  public String alias(int index) {
    return transport.alias(index);
  }

  @Override
  public Ownership ownership(int index, String vifId) {
    return transport.ownership(index, vifId);
  }

  @Override
  public String linkOn(int link, Set<Integer> ignored) {
    return transport.linkOn(link, ignored);
  }

  @Override
  public String linkHereOn(int link, Set<Integer> ignored) {
    return transport.linkHereOn(link, ignored);
  }

  @Override
  public String userOf(int link) {
    return transport.userOf(link);
  }

  @Override
  public String portOf(int bridge) {
    return transport.portOf(bridge);
  }

  @Override
  public String kind(int index) {
    return transport.kind(index);
  }

  @Override
  public boolean isGroupUsed(int first, int count) {
    return transport.isGroupUsed(first, count);
  }

  @Override
  public IntArrayList bridges(Predicate<String> alias) {
    return transport.bridges(alias);
  }

  @Override
  public BridgeQuestions bridgeQuestions() {
    return transport.bridgeQuestions();
  }

  @Override
  public boolean renamesAtOnce() {
    return transport.renamesAtOnce();
  }

  @Override
  public boolean hasIpv6() {
    return transport.hasIpv6();
  }

  @Override
  public HostSnapshot snapshot() {
    return transport.snapshot();
  }

  @Override
  public DeviceSnapshot devices(HostSnapshot host) {
    return transport.devices(host);
  }

  @Override
  public LinkEntries entries(int index) {
    return transport.entries(index);
  }

  @Override
  public MovedLinks movedLinks(int index) {
    return transport.movedLinks(index);
  }

  @Override
  public SriovSnapshot functions() {
    return transport.functions();
  }

  @Override
  public void close() {
    main.close();
  }
}

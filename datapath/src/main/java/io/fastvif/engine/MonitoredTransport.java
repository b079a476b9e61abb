package io.fastvif.engine;

import static io.fastvif.bindings.linux.linux_h.RTM_DELADDR;
import static io.fastvif.bindings.linux.linux_h.RTM_DELLINKPROP;
import static io.fastvif.bindings.linux.linux_h.RTM_NEWADDR;
import static io.fastvif.bindings.linux.linux_h.RTM_NEWLINK;
import static io.fastvif.bindings.linux.linux_h.RTM_NEWLINKPROP;
import static io.fastvif.bindings.linux.linux_h.RTM_SETLINK;

import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.netfilter.NftExchange;
import io.fastvif.plan.DeviceSnapshot;
import io.fastvif.plan.FilterSnapshot;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkEntries;
import io.fastvif.plan.RouteState;
import io.fastvif.plan.SriovSnapshot;
import io.fastvif.plan.Step;
import java.io.IOException;
import java.util.Set;
import org.agrona.collections.IntArrayList;

/**
 * A transport whose snapshots a {@link HostMonitor} keeps current. It tells the monitor which links
 * the engine sets, because the kernel has no event for some settings; and has it take in events
 * after each exchange, so that a batch's do not overrun the buffer.
 */
final class MonitoredTransport implements Transport, AckHandler {
  /** In {@code struct ifinfomsg} and {@code struct ifaddrmsg}. */
  private static final int INDEX_OFFSET = 4;

  private final Transport transport;
  private final HostMonitor monitor;
  private final MessageDecoder sent = new MessageDecoder();
  private AckHandler acks;
  private boolean told;

  MonitoredTransport(Transport transport, HostMonitor monitor) {
    this.transport = transport;
    this.monitor = monitor;
  }

  /** The same, in the namespace that the first one works in. */
  static Factory factory(Factory transports) {
    return () -> {
      Transport transport = transports.open();
      try {
        return new MonitoredTransport(transport, HostMonitor.open());
      } catch (RuntimeException | Error e) {
        transport.close();
        throw e;
      }
    };
  }

  @Override
  public void exchange(AckHandler handler) {
    acks = handler;
    told = false;
    transport.exchange(this);
    try {
      monitor.poll();
    } catch (RuntimeException | Error failed) {
      // What was sent is done and answered. The next snapshot reads everything, or says why not.
      monitor.refresh();
    }
  }

  /** With the first acknowledgement the kernel has been through all that was sent. */
  @Override
  public void acknowledged(int sequence, int errno, String message) {
    if (!told) {
      told = true;
      tellSetLinks();
    }
    acks.acknowledged(sequence, errno, message);
  }

  private void tellSetLinks() {
    MessageEncoder encoder = transport.encoder();
    sent.wrap(encoder.segment(), 0, encoder.length());
    while (sent.next()) {
      int type = sent.type();
      boolean ofAddress = type == RTM_NEWADDR || type == RTM_DELADDR;
      boolean ofProperty = type == RTM_NEWLINKPROP || type == RTM_DELLINKPROP;
      if (ofAddress || ofProperty || type == RTM_SETLINK || type == RTM_NEWLINK) {
        int index = sent.getInt(INDEX_OFFSET);
        if (ofAddress) {
          monitor.addressed(index);
        } else if (index > 0) {
          monitor.set(index);
        }
      }
    }
  }

  @Override
  public int disableIpv6(String name, boolean disabled) {
    int result = transport.disableIpv6(name, disabled);
    int index = result < 0 ? result : transport.linkIndex(name);
    if (index > 0) {
      monitor.written(index);
    }
    return result;
  }

  @Override
  public DeviceSnapshot devices(HostSnapshot host) {
    return transport.devices(host);
  }

  @Override
  public long readings() {
    return monitor.readings();
  }

  @Override
  public HostSnapshot snapshot() {
    return monitor.snapshot();
  }

  @Override
  public NftExchange openFilters(int family) {
    return transport.openFilters(family);
  }

  @Override
  public FilterSnapshot filters() {
    return transport.filters();
  }

  @Override
  public LinkEntries entries(int index) {
    return transport.entries(index);
  }

  @Override
  public SriovSnapshot functions() {
    return transport.functions();
  }

  @Override
  public void close() {
    monitor.close();
    transport.close();
  }

  @Override
  public MessageEncoder encoder() {
    return transport.encoder();
  }

  @Override
  public int messageLimit() {
    return transport.messageLimit();
  }

  /** For deletions: every deleted link has its event. */
  @Override
  public MessageExchange openExchange() {
    return transport.openExchange();
  }

  @Override
  public int createTap(Step.CreateTap tap, String vifId) {
    int result = transport.createTap(tap, vifId);
    int index = result < 0 ? result : transport.linkIndex(tap.name());
    if (index > 0) {
      monitor.set(index); // the alias has no event
    }
    return result;
  }

  @Override
  public int setSysctl(Step.SetSysctl sysctl) {
    return transport.setSysctl(sysctl);
  }

  @Override
  public boolean perform(Step.Slow step) throws IOException {
    return transport.perform(step);
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
  public String portOf(int bridge) {
    return transport.portOf(bridge);
  }

  @Override
  public String kind(int index) {
    return transport.kind(index);
  }

  @Override
  public boolean hasRoute(int link, RouteState route) {
    return transport.hasRoute(link, route);
  }

  @Override
  public String linkOn(int link, Set<Integer> ignored) {
    return transport.linkOn(link, ignored);
  }

  @Override
  public boolean isGroupUsed(int first, int count) {
    return transport.isGroupUsed(first, count);
  }

  @Override
  public IntArrayList bridges(String alias) {
    return transport.bridges(alias);
  }

  @Override
  public boolean renamesAtOnce() {
    return transport.renamesAtOnce();
  }

  @Override
  public boolean hasIpv6() {
    return transport.hasIpv6();
  }
}

package io.fastvif.engine.filter;

import static io.fastvif.bindings.linux.linux_h.NETLINK_NETFILTER;

import io.fastvif.netlink.NetlinkSocket;
import io.fastvif.netns.Netns;
import io.fastvif.observe.EventWatch;
import io.fastvif.plan.HostChanges;

/**
 * Tells that rules of nf_tables have changed, by whomever. Equivalent to {@code nft monitor}, but
 * that it does not look what has changed.
 */
public final class FilterEvents implements EventWatch.Source, AutoCloseable {
  /** By hand: enum nfnetlink_groups of linux/netfilter/nfnetlink.h. */
  private static final int NFNLGRP_NFTABLES = 7;

  private static final int BUFFER_SIZE = 256 * 1024;

  private final NetlinkSocket events;
  private final HostChanges changes;

  /**
   * Subscribes. Takes CAP_NET_ADMIN.
   *
   * @throws io.fastvif.bindings.SystemCallException if the kernel has no nf_tables, or refuses
   */
  public FilterEvents(Netns namespace, HostChanges changes) {
    this.changes = changes;
    events = namespace.visit(() -> NetlinkSocket.open(NETLINK_NETFILTER, BUFFER_SIZE));
    try {
      events.subscribe(NFNLGRP_NFTABLES);
    } catch (RuntimeException | Error refused) {
      events.close();
      throw refused;
    }
  }

  @Override
  public int descriptor() {
    return events.descriptor();
  }

  @Override
  public void takeIn() {
    events.discard();
    changes.filters();
  }

  @Override
  public void close() {
    events.close();
  }
}

package io.fastvif.engine.filter;

import static io.fastvif.bindings.linux.linux_h.NETLINK_NETFILTER;

import io.fastvif.netlink.MalformedMessageException;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageHandler;
import io.fastvif.netlink.MessagesLostException;
import io.fastvif.netlink.NetlinkSocket;
import io.fastvif.netns.Netns;
import io.fastvif.observe.EventWatch;
import io.fastvif.plan.HostChanges;
import java.util.function.IntSupplier;

/**
 * Tells that somebody else has changed rules of nf_tables. Equivalent to {@code nft monitor}, but
 * that it does not look what has changed.
 */
public final class FilterEvents implements EventWatch.Source, AutoCloseable {
  /** By hand: enum nfnetlink_groups of linux/netfilter/nfnetlink.h. */
  private static final int NFNLGRP_NFTABLES = 7;

  private static final int BUFFER_SIZE = 256 * 1024;

  /** The port of what nobody has asked for. */
  private static final int KERNEL = 0;

  private final NetlinkSocket events;
  private final IntSupplier ownPort;
  private final KnownTables known;
  private final HostChanges changes;
  private boolean isByOthers;

  private final MessageHandler handler =
      new MessageHandler() {
        @Override
        public void onMessage(MessageDecoder event) {
          int port = event.port();
          isByOthers |= port == KERNEL || port != ownPort.getAsInt();
        }

        @Override
        public void onAck(int sequence, int errno, String message, int attributeOffset) {
          // nothing is asked for on this socket
        }
      };

  /**
   * Subscribes. Takes CAP_NET_ADMIN.
   *
   * @param ownPort the port of the socket whose changes are not told of: its owner knows them, and
   *     what they are for; 0 for none
   * @param known what was read of the rules, which is out of date then
   * @param changes told of the others
   * @throws io.fastvif.bindings.SystemCallException if the kernel has no nf_tables, or refuses
   */
  public FilterEvents(
      Netns namespace, IntSupplier ownPort, KnownTables known, HostChanges changes) {
    this.ownPort = ownPort;
    this.known = known;
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
    isByOthers = false;
    try {
      while (!isByOthers && events.receive(handler) > 0) {
        // until it is known, or all is taken in
      }
    } catch (MessagesLostException | MalformedMessageException unknown) {
      isByOthers = true;
    }
    if (isByOthers) {
      events.discard();
      known.forget();
      changes.filters();
    }
  }

  @Override
  public void close() {
    events.close();
  }
}

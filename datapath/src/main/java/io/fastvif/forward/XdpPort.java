package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.netlink.NetlinkSocket;
import io.fastvif.xdp.XdpLink;
import io.fastvif.xdp.XdpOptions;
import io.fastvif.xdp.XdpSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * A link of the host, a card's or a veth's end, through AF_XDP sockets, one for each queue. The
 * host gets none of its frames while the port is open, and the link takes frames for all addresses.
 *
 * <p>Frames go to the card whole: checksums are completed here, and frames that need segmentation
 * are dropped, so a guest is to be given a port by {@link VhostUserPort#toGuest}. Of frames that
 * come, checksums are as they came: the other end of a veth has to complete its own ({@code ethtool
 * -K DEV tx off}).
 */
public final class XdpPort extends Port {
  private static final int EVENTS = 64 << 10;

  private final XdpLink link;
  private final FileDescriptor promiscuous;

  /** Wakes a loop that sleeps when a link is deleted, which these sockets do not. */
  private final NetlinkSocket deletions;

  private final List<XdpSink> sinks = new ArrayList<>();

  private XdpPort(XdpLink link, FileDescriptor promiscuous, NetlinkSocket deletions) {
    super(link.name(), link.sockets().size());
    this.link = link;
    this.promiscuous = promiscuous;
    this.deletions = deletions;
    link.sockets().forEach(socket -> sinks.add(new XdpSink(this, socket, new FrameScratch())));
  }

  /**
   * Opens a port on a link of the calling thread's network namespace.
   *
   * @param link the link's name; it should be up
   * @param options how
   * @return the port
   * @throws io.fastvif.xdp.XdpException if the link cannot be opened; nothing was changed then
   * @throws SystemCallException EPERM without CAP_NET_RAW, CAP_BPF and CAP_NET_ADMIN
   */
  public static XdpPort open(String link, XdpOptions options) {
    XdpLink opened = XdpLink.open(link, options);
    FileDescriptor promiscuous = null;
    NetlinkSocket deletions = null;
    try {
      // Protocol 0: no frame comes to it.
      promiscuous =
          FileDescriptor.check(
              Sockets.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), "socket", "AF_PACKET");
      PacketMembership.join(promiscuous.value(), opened.index(), link);
      deletions = NetlinkSocket.open(NETLINK_ROUTE, EVENTS);
      deletions.passOnly(RTM_DELLINK);
      deletions.subscribe(RTNLGRP_LINK);
      return new XdpPort(opened, promiscuous, deletions);
    } catch (RuntimeException | Error e) {
      if (deletions != null) {
        deletions.close();
      }
      if (promiscuous != null) {
        promiscuous.close();
      }
      opened.close();
      throw e;
    }
  }

  /**
   * Takes a port over from another process: {@link XdpLink#restore}.
   *
   * @return the port, which is to go on by {@link #restorePosition}
   */
  public static XdpPort restore(HandOverReader reader) {
    XdpLink link = XdpLink.restore(reader);
    FileDescriptor promiscuous = reader.takeDescriptor();
    FileDescriptor deletions = reader.takeDescriptor();
    try {
      if (promiscuous == null || deletions == null) {
        throw new HandOverException("the link " + link.name() + " without a descriptor");
      }
      return new XdpPort(link, promiscuous, NetlinkSocket.of(deletions, NETLINK_ROUTE, EVENTS));
    } catch (RuntimeException | Error e) {
      if (promiscuous != null) {
        promiscuous.close();
      }
      if (deletions != null) {
        deletions.close();
      }
      link.close();
      throw e;
    }
  }

  /** Writes what {@link #restore} takes. */
  public void save(HandOverWriter writer) {
    link.save(writer);
    writer.descriptor(promiscuous.value()).descriptor(deletions.descriptor());
  }

  /** Writes where its queues are, which no loop uses now. */
  public void savePosition(HandOverWriter writer) {
    link.savePosition(writer);
    writer.flag(isDead());
  }

  /** Goes on where another process has stopped. */
  public void restorePosition(HandOverReader reader) {
    link.restorePosition(reader);
    if (reader.flag()) {
      deleted();
    }
  }

  /** The link, to ask for its mode and counters. */
  public XdpLink link() {
    return link;
  }

  @Override
  FrameSink sink(int queue) {
    return sinks.get(queue % queues());
  }

  @Override
  Flow flow(int queue, Port other) {
    XdpSocket socket = link.sockets().get(queue);
    return new XdpFlow(flowName(other), queue, socket, sinks.get(queue), other.target(queue));
  }

  @Override
  void watch(ForwardingLoop loop, int queue) {
    if (queue == 0) {
      loop.watch(deletions.descriptor());
    }
    loop.watch(link.sockets().get(queue).descriptor());
  }

  @Override
  void unwatch(ForwardingLoop loop, int queue) {
    loop.unwatch(link.sockets().get(queue).descriptor());
    if (queue == 0) {
      loop.unwatch(deletions.descriptor());
    }
  }

  @Override
  void check(int queue) {
    if (queue > 0) {
      return;
    }
    deletions.discard();
    if (!isDead() && link.sockets().getFirst().takeError() == Errno.ENETDOWN) {
      deleted();
    }
  }

  /** Its sockets are bound to nothing any more. */
  void deleted() {
    gone("the link " + name() + " was deleted");
  }

  @Override
  void release() {
    link.close();
    promiscuous.close();
    deletions.close();
  }
}

package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.DumpHandler;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageHandler;
import io.fastvif.netlink.MessagesLostException;
import io.fastvif.netlink.NetlinkSocket;

/**
 * Tells a listener what links there are and what becomes of them, in the namespace of the thread
 * that opens it. Equivalent to {@code ip monitor link}, with a reading of all links at the start
 * and whenever the kernel dropped events because the receive buffer was full. One thread at a time
 * may use it.
 *
 * <p>After a loss, the events still in the buffer are older than the reading that follows, so they
 * are dropped first; those that come in from then on are told after it. An event that is older than
 * the reading but came in after that only repeats a step on the way to what was read: the later
 * steps follow it.
 */
public final class LinkMonitor implements AutoCloseable {
  private static final int BUFFER_SIZE = 1024 * 1024;

  private final NetlinkSocket events;
  private final RouteSocket reader;
  private final LinkListener listener;
  private final Dispatcher dispatcher = new Dispatcher();
  private final boolean withAddresses;
  private final boolean withRoutes;
  private boolean synchronizedOnce;
  private long resyncs;

  private LinkMonitor(
      NetlinkSocket events,
      RouteSocket reader,
      LinkListener listener,
      boolean withAddresses,
      boolean withRoutes) {
    this.events = events;
    this.reader = reader;
    this.listener = listener;
    this.withAddresses = withAddresses;
    this.withRoutes = withRoutes;
  }

  /**
   * Subscribes to the events of links. The first {@link #poll} reads all links.
   *
   * @param listener is called by {@link #poll}
   */
  public static LinkMonitor open(LinkListener listener) {
    return open(listener, false, false, BUFFER_SIZE);
  }

  /**
   * Subscribes to the events of links, and to those of addresses and routes if asked for.
   *
   * @param listener is called by {@link #poll}
   * @param withAddresses whether to follow addresses
   * @param withRoutes whether to follow routes
   * @param bufferSize bytes of the receive buffer: the more, the rarer a loss
   */
  public static LinkMonitor open(
      LinkListener listener, boolean withAddresses, boolean withRoutes, int bufferSize) {
    NetlinkSocket events = NetlinkSocket.open(NETLINK_ROUTE, bufferSize);
    try {
      events.subscribe(RTNLGRP_LINK);
      if (withAddresses) {
        events.subscribe(RTNLGRP_IPV4_IFADDR);
        events.subscribe(RTNLGRP_IPV6_IFADDR);
      }
      if (withRoutes) {
        events.subscribe(RTNLGRP_IPV4_ROUTE);
        events.subscribe(RTNLGRP_IPV6_ROUTE);
      }
      return new LinkMonitor(events, RouteSocket.open(), listener, withAddresses, withRoutes);
    } catch (RuntimeException | Error e) {
      events.close();
      throw e;
    }
  }

  /**
   * Tells the listener what happened, and waits for something to happen if nothing has.
   *
   * @param timeoutMillis the longest wait; negative to wait for ever, 0 not to wait
   * @return false if the time was up and nothing had happened
   */
  public boolean poll(int timeoutMillis) {
    if (!synchronizedOnce) {
      resynchronize();
      return true;
    }
    try {
      return events.receive(dispatcher, timeoutMillis) > 0;
    } catch (MessagesLostException e) {
      resynchronize();
      return true;
    }
  }

  /** How often everything was read, the first time included. */
  public long resyncs() {
    return resyncs;
  }

  /** The descriptor that becomes readable when there is something to {@link #poll}. */
  public int descriptor() {
    return events.descriptor();
  }

  /** Ends the subscription. */
  @Override
  public void close() {
    events.close();
    reader.close();
  }

  private void resynchronize() {
    synchronizedOnce = false;
    resyncs++;
    events.discard();
    reader.dump(
        reader.link().dump(false),
        new DumpHandler() {
          @Override
          public void onBegin() {
            listener.onResyncBegin();
          }

          @Override
          public void onMessage(MessageDecoder message) {
            dispatcher.onMessage(message);
          }
        });
    if (withAddresses) {
      reader.dump(reader.address().dump(AF_UNSPEC), dispatcher::onMessage);
    }
    if (withRoutes) {
      reader.dump(reader.route().dump(AF_UNSPEC), dispatcher::onMessage);
    }
    listener.onResyncEnd();
    synchronizedOnce = true;
  }

  private final class Dispatcher implements MessageHandler {
    private final LinkMessage link = new LinkMessage();
    private final AddressMessage address = new AddressMessage();
    private final RouteMessage route = new RouteMessage();

    @Override
    public void onAck(int sequence, int errno, String message, int attributeOffset) {
      // Nothing is asked on this socket.
    }

    @Override
    public void onMessage(MessageDecoder message) {
      switch (message.type()) {
        case RTM_NEWLINK, RTM_DELLINK -> onLink(link.wrap(message));
        case RTM_NEWADDR, RTM_DELADDR -> listener.onAddress(address.wrap(message));
        case RTM_NEWROUTE, RTM_DELROUTE -> listener.onRoute(route.wrap(message));
        default -> {
          // The groups carry nothing else that is followed here.
        }
      }
    }

    private void onLink(LinkMessage message) {
      // A bridge tells of its ports in messages of its own family: a port that leaves a bridge is
      // an RTM_DELLINK there, and the link is still there.
      if (message.family() == AF_BRIDGE) {
        return;
      }
      if (message.isRemoved()) {
        listener.onLinkRemoved(message);
      } else {
        listener.onLink(message);
      }
    }
  }
}

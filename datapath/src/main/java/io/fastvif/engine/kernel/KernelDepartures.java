package io.fastvif.engine.kernel;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FastvifException;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageHandler;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.NetlinkSocket;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.observe.EventWatch;
import org.agrona.collections.IntArrayList;

/**
 * Hears the kernel's RTM_DELLINK of each link. The kernel sends it when the link is down, without
 * its addresses, out of its bridge and out of all lists; what the sender of the request still waits
 * for, in {@code netdev_run_todo} of net/core/dev.c, are readers that may have seen the link before
 * and the freeing of its memory: 8 to 20 ms, of which nobody else notices anything.
 *
 * <p>When it is sent, the files in {@code /sys/class/net} and the other end of a pair may be there
 * for a moment more. They are not once the kernel's lock on links was free, so a question is asked
 * that takes it before anybody is told.
 */
final class KernelDepartures implements Departures, EventWatch.Source, MessageHandler {
  /**
   * Some hundred messages; where it overflows, a deletion is answered by the kernel's own answer.
   */
  private static final int BUFFER_SIZE = 256 * 1024;

  /** How often in a row events may not be had before somebody is told. */
  private static final int MAX_FAILURES = 8;

  private final Listener listener;
  private final NetlinkSocket events;
  private final RouteSocket questions;
  private final LinkMessage link = new LinkMessage();
  private final IntArrayList heard = new IntArrayList();
  private final EventWatch watch;
  private int failures;

  /** Begins to listen, in the namespace of the calling thread. */
  KernelDepartures(Listener listener) {
    this.listener = listener;
    events = NetlinkSocket.open(NETLINK_ROUTE, BUFFER_SIZE);
    RouteSocket opened = null;
    try {
      events.passOnly(RTM_DELLINK);
      events.subscribe(RTNLGRP_LINK);
      opened = RouteSocket.open();
      questions = opened;
      watch = new EventWatch("fastvif-departures", this);
    } catch (RuntimeException | Error refused) {
      events.close();
      if (opened != null) {
        opened.close();
      }
      throw refused;
    }
  }

  @Override
  public int descriptor() {
    return events.descriptor();
  }

  /** What cannot be read is not missed: the kernel's own answer comes in any case. */
  @Override
  public void takeIn() {
    heard.clear();
    try {
      while (events.receive(this) > 0) {
        // until all are read
      }
      if (!heard.isEmpty() && isLockFree(heard.getInt(heard.size() - 1))) {
        heard.forEachInt(listener::gone);
      }
      failures = 0;
    } catch (FastvifException failed) {
      if (++failures == MAX_FAILURES) {
        failures = 0;
        throw failed;
      }
    }
  }

  /** Whether the kernel said of a link that is gone that it is, which it does under its lock. */
  private boolean isLockFree(int index) {
    try {
      questions.query(questions.link().get(index), message -> {});
      return false;
    } catch (NetlinkException gone) {
      return gone.errno() == Errno.ENODEV;
    }
  }

  @Override
  public void onAck(int sequence, int errno, String message, int attributeOffset) {
    // nothing is asked on the socket of events
  }

  /** That a port leaves its bridge is an RTM_DELLINK too, and the link is still there. */
  @Override
  public void onMessage(MessageDecoder message) {
    link.wrap(message);
    if (link.family() != AF_BRIDGE && listener.awaits(link.index())) {
      heard.addInt(link.index());
    }
  }

  @Override
  public void close() {
    watch.close();
    questions.close();
    events.close();
  }
}

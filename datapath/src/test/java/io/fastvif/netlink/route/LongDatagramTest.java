package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.NETLINK_ROUTE;
import static io.fastvif.bindings.linux.linux_h.RTM_NEWLINK;
import static io.fastvif.bindings.linux.linux_h.RTNLGRP_LINK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageHandler;
import io.fastvif.netlink.MessageTooLongException;
import io.fastvif.netlink.NetlinkSocket;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.testing.KernelTest;
import java.util.ArrayList;
import java.util.List;

/**
 * A link that the kernel tells of in more bytes than a receive buffer has at first. It has many
 * names; that of a physical function with 200 virtual ones is as long.
 */
class LongDatagramTest {
  private static final int NAMES = 330;
  private static final String PREFIX = "n".repeat(100);
  private static final int WAIT_MILLIS = 60_000;

  private static int longLink(RouteSocket route) {
    route.execute(route.link().create("v0").kind(new Veth().peerName("v1")));
    int index = route.indexOf("v0");
    LinkRequest names = route.link().addAltname(index);
    for (int i = 0; i < NAMES; i++) {
      names.alternativeName(PREFIX + (1000 + i));
    }
    route.execute(names);
    return index;
  }

  @KernelTest
  void isRead() {
    try (RouteSocket maker = RouteSocket.open();
        RouteSocket route = RouteSocket.open()) {
      int index = longLink(maker);
      LinkMessage link = new LinkMessage();
      List<String> names = new ArrayList<>();
      List<Integer> lengths = new ArrayList<>();
      route.query(
          route.link().get(index),
          message -> {
            names.addAll(link.wrap(message).alternativeNames());
            lengths.add(message.payloadLength());
          });
      assertEquals(NAMES, names.size());
      assertEquals(PREFIX + "1329", names.getLast());
      assertTrue(lengths.getFirst() > 32 * 1024, lengths::toString);
    }
  }

  @KernelTest
  void isReadAmongOthers() {
    try (RouteSocket maker = RouteSocket.open();
        RouteSocket route = RouteSocket.open()) {
      longLink(maker);
      LinkMessage link = new LinkMessage();
      List<String> names = new ArrayList<>();
      route.dump(
          route.link().dump(false),
          message -> {
            link.wrap(message);
            names.add(link.name() + " " + link.alternativeNames().size());
          });
      assertEquals(List.of("lo 0", "v0 " + NAMES, "v1 0"), names.stream().sorted().toList());
    }
  }

  /** What was told is lost, as when a buffer is full; what comes next is not. */
  @KernelTest
  void eventsGoOnAfterIt() {
    try (RouteSocket maker = RouteSocket.open();
        NetlinkSocket events = NetlinkSocket.open(NETLINK_ROUTE)) {
      int index = longLink(maker);
      events.subscribe(RTNLGRP_LINK);
      List<Integer> told = new ArrayList<>();
      MessageHandler handler =
          new MessageHandler() {
            @Override
            public void onAck(int sequence, int errno, String message, int offset) {}

            @Override
            public void onMessage(MessageDecoder message) {
              assertEquals(RTM_NEWLINK, message.type());
              told.add(message.payloadLength());
            }

            @Override
            public void onDone(int sequence, int errno, boolean interrupted) {}
          };
      maker.execute(maker.link().set(index).up());
      assertThrows(
          MessageTooLongException.class,
          () -> events.receive(handler, WAIT_MILLIS),
          () -> "told of " + told);
      events.discard();
      maker.execute(maker.link().set(index).alias("on a link that is up"));
      assertTrue(events.receive(handler, WAIT_MILLIS) > 0);
      assertTrue(told.getFirst() > 32 * 1024, told::toString);
    }
  }
}

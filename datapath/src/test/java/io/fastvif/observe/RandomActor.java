package io.fastvif.observe;

import static io.fastvif.bindings.linux.linux_h.AF_INET;
import static io.fastvif.bindings.linux.linux_h.IFA_F_NODAD;

import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.AddressGenerationMode;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.RtnetlinkRequest;
import io.fastvif.netlink.route.kind.Bridge;
import io.fastvif.netlink.route.kind.Veth;
import java.util.Random;

/**
 * Changes links, addresses and routes at random, each change with an event: what has none if the
 * link is down is done to a link that is brought up with it.
 */
final class RandomActor {
  private static final int NAMES = 24;

  private final RouteSocket route;
  private final Random random;
  private int done;

  RandomActor(RouteSocket route, long seed) {
    this.route = route;
    random = new Random(seed);
    for (int i = 0; i < 3; i++) {
      route.execute(route.link().create("br" + i).kind(new Bridge()));
    }
  }

  /** How many changes the kernel took. */
  int done() {
    return done;
  }

  void act(int times) {
    for (int i = 0; i < times; i++) {
      try {
        act();
        done++;
      } catch (NetlinkException refused) {
        // No such link, name taken, and so on: as in life.
      }
    }
  }

  private String name() {
    return "l" + random.nextInt(NAMES);
  }

  private void act() {
    int number = random.nextInt(NAMES);
    byte[] address = {10, 0, (byte) number, (byte) (1 + random.nextInt(3))};
    switch (random.nextInt(20)) {
      case 0, 1, 2 -> route.execute(route.link().create(name()).kind(new Veth().peerName(name())));
      case 3 -> delete();
      case 4 -> route.execute(set().name(name()));
      case 5 -> route.execute(set().mtu(1200 + 100 * random.nextInt(4)));
      case 6 -> route.execute(set().alias("fastvif:" + random.nextInt(9)).up());
      case 7 -> route.execute(set().group(random.nextInt(3)).up());
      case 8, 9, 10 -> master();
      case 11 -> route.execute(random.nextBoolean() ? set().up() : set().down());
      case 12 -> route.execute(address(address));
      case 13, 14 -> add(address);
      case 15 -> ipv6(number);
      case 16, 17 -> route.execute(route(number));
      case 18 -> altname();
      default -> {
        route.execute(set().promiscuous(random.nextBoolean()));
        route.execute(
            set()
                .addressGenerationMode(
                    random.nextBoolean() ? AddressGenerationMode.NONE : AddressGenerationMode.EUI64)
                .up());
      }
    }
  }

  /** Of a link that there may be; begins no request. */
  private int index() {
    int index = route.indexOf(name());
    return index == 0 ? Integer.MAX_VALUE : index;
  }

  private LinkRequest set() {
    int index = index();
    return route.link().set(index);
  }

  private RtnetlinkRequest address(byte[] address) {
    int index = index();
    return route.address().delete(index, address, 24);
  }

  private void ipv6(int number) {
    int index = index();
    // Each in a network of its own: the route to it is its event while the link has no carrier.
    byte[] address = {0x20, 1, 0xd, (byte) 0xb8, 0, 0, 0, (byte) number, 0, 0, 0, 0, 0, 0, 0, 1};
    if (random.nextBoolean()) {
      route.execute(route.link().set(index).up());
      route.execute(route.address().add(index, address, 64).flags(IFA_F_NODAD));
    } else {
      route.execute(route.address().delete(index, address, 64));
    }
  }

  private RtnetlinkRequest route(int number) {
    int index = index();
    byte[] network = {(byte) 172, 16, (byte) number, 0};
    return random.nextInt(3) == 0
        ? route.route().delete(AF_INET, network, 24)
        : route.route().addOnLink(AF_INET, network, 24, index).priority(random.nextInt(2));
  }

  private void delete() {
    int index = index();
    route.execute(route.link().delete(index));
  }

  private void add(byte[] address) {
    int index = index();
    route.execute(route.address().add(index, address, 24));
  }

  private void master() {
    int master = route.indexOf("br" + random.nextInt(4)); // of no such bridge it is 0: none
    route.execute(set().master(master));
  }

  private void altname() {
    int index = index();
    route.execute(route.link().set(index).up());
    String altname = "alternative-name-" + random.nextInt(NAMES);
    route.execute(
        random.nextBoolean()
            ? route.link().addAltname(index).alternativeName(altname)
            : route.link().deleteAltname(index).alternativeName(altname));
  }
}

package io.fastvif.engine;

import io.fastvif.testing.HostState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Gives each name that a plan makes something of to somebody else beforehand. Plugging refuses, or
 * uses a bridge that is there; either way nothing of others is gone, and all is as it was in the
 * end.
 */
final class TakenNames {
  private static final String LINK = "link ";
  private static final String PORT = "ovs Port ";

  /** Who has the name: what is done for it, and what takes it back. */
  private record Taker(String what, String make, String takeBack) {}

  private static final List<Taker> TAKERS =
      List.of(
          new Taker(
              "a link", "ip link add NAME type veth peer name othersend", "ip link delete NAME"),
          new Taker(
              "a bridge",
              "ip link add NAME address 02:00:00:00:00:b9 type bridge",
              "ip link delete NAME"),
          new Taker(
              "another link's alternative name",
              "ip link property add dev foreign altname NAME",
              "ip link property del dev foreign altname NAME"));

  private static final Taker PORT_ELSEWHERE =
      new Taker(
          "a port of another bridge",
          "ovs add-port br-others NAME -- set interface NAME type=internal"
              + " external_ids:iface-id=others",
          "ovs del-port NAME");

  /** So many characters of a VIF's id are in the names that os-vif makes up. */
  private static final int ID_CHARACTERS = 11;

  private final PlugDiffer differ;
  private int tried;

  TakenNames(PlugDiffer differ) {
    this.differ = differ;
  }

  /** How many names were taken, by how many sorts of things each. */
  int tried() {
    return tried;
  }

  void run(DifferCase one) throws Exception {
    differ.rebase();
    differ.plug(one, "plug");
    Set<String> before = differ.base().objects().keySet();
    Set<String> made = new TreeSet<>(differ.now().objects().keySet());
    made.removeAll(before);
    differ.unplug(one, "unplug");
    differ.clear();
    Set<String> names = new TreeSet<>();
    for (String object : made) {
      if (object.startsWith(LINK)) {
        names.add(object.substring(LINK.length()));
      } else if (object.startsWith(PORT)) {
        names.add(object.substring(PORT.length()));
      }
    }
    for (String name : names) {
      List<Taker> takers = new ArrayList<>(TAKERS);
      if (made.contains(PORT + name)) {
        takers.add(PORT_ELSEWHERE);
      }
      for (Taker taker : takers) {
        taken(one, name, taker);
        tried++;
      }
    }
  }

  private void taken(DifferCase one, String name, Taker taker) throws Exception {
    String what = one.name() + ": " + name + " is the name of " + taker.what();
    differ.command(taker.make().replace("NAME", name));
    String id = one.vif().id().get().substring(0, ID_CHARACTERS);
    if (name.contains(id) && taker.make().startsWith("ip link add")) {
      // Without it, a device of such a name is the VIF's own, as os-vif left it.
      differ.command("ip link set " + name + " alias fastvif:another");
    }
    differ.rebase();
    if (differ.plug(one, null)) {
      differ.expectBase(what + ", refused");
    } else {
      nothingIsGone(what);
    }
    differ.unplug(one, what + ", unplugged");
    differ.clear();
    differ.command(taker.takeBack().replace("NAME", name));
  }

  /** A bridge that is there gets ports; nothing else of others is touched. */
  private void nothingIsGone(String what) {
    HostState now = differ.now();
    differ.base().objects().keySet().stream()
        .filter(object -> !now.objects().containsKey(object))
        .filter(object -> object.startsWith(LINK) || object.startsWith("ovs "))
        .forEach(object -> differ.problem(what + ": " + object + " is gone"));
  }
}

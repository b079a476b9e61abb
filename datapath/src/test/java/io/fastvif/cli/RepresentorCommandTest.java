package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.testing.KernelTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the commands on cards say where there is no card; with one, see the lab's tests. */
class RepresentorCommandTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "representor                         | Missing required parameter",
        "representor show                    | representor: unknown action 'show'",
        "representor list eth0               | representor list: unexpected 'eth0'",
        "representor find                    | representor find: expected a VF",
        "representor find 1 --vf 2 --sf 3    | representor find: expected a VF",
        "representor find eth0               | DEVICE: \"eth0\" is not a device",
        "representor find pci/eth0           | DEVICE: \"pci/eth0\" is not a device",
        "representor find 0000:03:00.0 --vf x | --vf: \"x\" cannot be taken",
        "representor rename                  | representor rename: expected WHAT=NAME...",
        "representor rename --back           | representor rename: expected WHAT...",
        "representor rename eth0             | ARGUMENT: \"eth0\" does not say a new name",
        "representor rename eth0=a/b         | NAME: \"a/b\" is not the name",
        "eswitch                             | Missing required parameter",
        "eswitch show                        | eswitch: unknown action 'show'",
        "eswitch set                         | eswitch set: expected one DEVICE",
        "eswitch set 0000:03:00.0            | eswitch set: expected --mode",
        "eswitch set 0000:03:00.0 --mode on  | --mode: \"on\" is not known",
        "eswitch set ffff:ff:1f.7 --mode legacy | DEVICE: \"pci/ffff:ff:1f.7\" has no switch",
      })
  void mistakes(String line, String message) {
    CommandRun wrong = CommandRun.of(line.split(" +", -1)).expect(Fastvif.WRONG_INPUT);
    assertTrue(wrong.err().startsWith("fastvif: " + message), wrong.err());
    assertEquals("", wrong.out());
  }

  @KernelTest
  void withoutACardThereIsNothing() {
    assertEquals("", CommandRun.of("representor", "list", "--json").expect(Fastvif.DONE).out());
    CommandRun all = CommandRun.of("eswitch", "get").expect(Fastvif.DONE);
    assertEquals("", all.out());
    assertEquals(
        "fastvif: devlink knows of no card with a switch in this network namespace\n", all.err());
    CommandRun none =
        CommandRun.of("eswitch", "get", "netdevsim/netdevsim1").expect(Fastvif.FAILED);
    assertTrue(none.err().contains("netdevsim/netdevsim1: devlink knows of no switch"), none.err());
    CommandRun find = CommandRun.of("representor", "find", "ffff:ff:1f.7").expect(Fastvif.FAILED);
    assertTrue(find.err().contains("there is no such representor here"), find.err());
  }

  @KernelTest
  void linksAreRenamedThereAndBack() {
    try (RouteSocket route = RouteSocket.open()) {
      route.execute(route.link().create("eth0").kind(new Veth().peerName("eth1")));
      int index = route.indexOf("eth0");
      CommandRun.of("representor", "rename", "eth0=eth1", "eth1=eth0", "--keep-former")
          .expect(Fastvif.DONE);
      assertEquals(index, route.indexOf("eth1"));
      CommandRun back =
          CommandRun.of("representor", "rename", "--back", "eth1", "eth0", "--json")
              .expect(Fastvif.DONE);
      assertEquals(2, back.out().lines().filter(line -> line.contains("\"changed\"")).count());
      assertEquals(index, route.indexOf("eth0"));
      CommandRun taken = CommandRun.of("representor", "rename", "eth0=lo").expect(Fastvif.FAILED);
      assertTrue(taken.err().contains("the name is taken by the link of index 1"), taken.err());
    }
  }
}

package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.KernelTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command where there are no virtual functions; VfLabTest has some. */
class VfCommandTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "vf show                            | vf: unknown action 'show': expected list, set or"
            + " lease",
        "vf set eth0                        | vf set: expected PF and NUMBER, or PF and --count",
        "vf set eth0 1 --count 2            | vf set: expected PF and NUMBER, or PF and --count",
        "vf set eth0 1                      | vf set: nothing to set: expected one of its options",
        "vf set eth0 1 --mac pony           | --mac: \"pony\" is not a MAC address",
        "vf set eth0 1 --trust yes          | --trust: \"yes\" is not a switch: expected on or off",
        "vf set eth0 1 --qos 3              | --qos is without --vlan",
        "vf set eth0 1 --vlan 4095          | --vlan: \"4095\" cannot be taken",
        "vf set eth0 1 --vlan 1 --proto ISL | --proto: \"ISL\" is not known: expected 802.1Q or",
        "vf set eth0 1 --state up           | --state: \"up\" is not known: expected auto, enable",
        "vf set eth0 1 --node-guid 1:2      | --node-guid: \"1:2\" is not a GUID",
        "vf lease eth0                      | vf lease: expected PF and --holder",
        "vf lease --holder a                | vf lease: expected PF and --holder",
      })
  void mistakesAreNamed(String line, String message) {
    CommandRun wrong = CommandRun.of(line.split(" ", -1)).expect(Fastvif.WRONG_INPUT);
    assertTrue(wrong.err().startsWith("fastvif: " + message), wrong.err());
    assertEquals("", wrong.out());
  }

  @KernelTest
  void refusesALinkThatIsNotAPhysicalFunction() {
    for (String line : new String[] {"set lo 0 --trust on", "lease lo --holder a", "list lo"}) {
      CommandRun wrong = CommandRun.of(("vf " + line).split(" ", -1)).expect(Fastvif.WRONG_INPUT);
      assertTrue(
          wrong.err().startsWith("fastvif: PF: \"lo\" is not a physical function of this host"),
          wrong.err());
    }
  }

  @KernelTest
  void listIsEmptyWithoutFunctions() {
    assertEquals("", CommandRun.of("vf", "list", "--json").expect(Fastvif.DONE).out());
    assertTrue(CommandRun.of("vf", "list").expect(Fastvif.DONE).out().startsWith("PF "));
  }
}

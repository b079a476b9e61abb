package io.fastvif.cli;

import io.fastvif.VifHost;
import io.fastvif.lease.VfPool;
import io.fastvif.lease.VfUse;
import io.fastvif.plan.Action;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.Step;
import io.fastvif.plan.VfLinkState;
import io.fastvif.plan.VfRates;
import io.fastvif.plan.VfSettings;
import io.fastvif.plan.VfSteps;
import io.fastvif.plan.VfVlan;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.plan.VlanProtocol;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.NumberRange;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;

/** {@code vf set}. */
final class VfSet {

  private VfSet() {}

  static int run(
      Arguments arguments, List<String> words, PrintWriter out, PrintWriter err, EndSignal end) {
    boolean ofCount = arguments.has(VfCommand.COUNT);
    if (words.size() != (ofCount ? 1 : 2)) {
      throw WrongInputException.of("vf set: expected PF and NUMBER, or PF and --count");
    }
    VfSettings wanted = ofCount ? null : wanted(arguments);
    try (VifHost opened = Engines.open(arguments)) {
      end.whenAsked(opened::stopBeginning);
      HostSnapshot host = opened.snapshot();
      PhysicalFunctionState physical = PhysicalFunctions.find(host, words.getFirst());
      PlugPlan plan =
          ofCount
              ? count(arguments, host, physical)
              : settings(arguments, host, physical, words.get(1), wanted);
      return VfResults.run(opened, plan, arguments.has(VfCommand.JSON), out, err);
    }
  }

  private static PlugPlan count(
      Arguments arguments, HostSnapshot host, PhysicalFunctionState physical) {
    int count = arguments.number(VfCommand.COUNT, 0, 0, physical.totalVfs());
    List<VfUse> used =
        VfPool.of(host, physical.address()).uses().stream().filter(use -> !use.isFree()).toList();
    if (count != physical.numVfs() && !used.isEmpty() && !arguments.has(VfCommand.FORCE)) {
      VfUse first = used.getFirst();
      throw InvalidInputException.ofValue(
          VfCommand.COUNT.name(),
          "" + count,
          "would take away functions in use: "
              + first.function().address()
              + (first.lease() != null
                  ? " is leased to " + first.lease().holder()
                  : ": " + first.busy()),
          "--force, or all of them free");
    }
    Step step = new DeviceStep.SetVfCount(physical.address(), count);
    Step undo = new DeviceStep.SetVfCount(physical.address(), physical.numVfs());
    return plan(physical, List.of(PlannedStep.own(step, undo)));
  }

  private static PlugPlan settings(
      Arguments arguments,
      HostSnapshot host,
      PhysicalFunctionState physical,
      String number,
      VfSettings wanted) {
    VirtualFunctionState function = PhysicalFunctions.virtual(host, physical, number);
    if (physical.link() == null) {
      throw InvalidInputException.ofValue(
          "PF", physical.address().toString(), "has no link in this namespace", "one that has");
    }
    VfSettings now =
        host.devices().settings(function.address()).orElse(VfSettings.of(function.number()));
    VfSettings change = VfSettings.of(function.number()).orElse(wanted);
    // A protocol or a priority alone goes with the VLAN that there is, as a rate with the other.
    return plan(
        physical, VfSteps.of(physical.link(), now, change, arguments.has(VfCommand.IGNORE)));
  }

  private static PlugPlan plan(PhysicalFunctionState physical, List<PlannedStep> steps) {
    String name = physical.link() == null ? physical.address().toString() : physical.link().name();
    return new PlugPlan(
        "pf " + physical.address(), name, Action.CHANGE, List.of(name), null, steps, List.of());
  }

  private static VfSettings wanted(Arguments arguments) {
    VfSettings wanted =
        VfSettings.of(0)
            .withAddress(parsed(arguments, VfCommand.MAC, MacAddress::parse))
            .withVlan(vlan(arguments))
            .withSpoofCheck(onOff(arguments, VfCommand.SPOOF_CHECK))
            .withTrust(onOff(arguments, VfCommand.TRUST))
            .withLinkState(parsed(arguments, VfCommand.STATE, VfLinkState::parse))
            .withRates(rates(arguments))
            .withRssQuery(onOff(arguments, VfCommand.RSS_QUERY))
            .withGuids(
                parsed(arguments, VfCommand.NODE_GUID, VfSettings::parseGuid),
                parsed(arguments, VfCommand.PORT_GUID, VfSettings::parseGuid));
    if (wanted.isEmpty()) {
      throw WrongInputException.of("vf set: nothing to set: expected one of its options");
    }
    return wanted;
  }

  private static VfVlan vlan(Arguments arguments) {
    if (!arguments.has(VfCommand.VLAN)) {
      for (Option option : List.of(VfCommand.QOS, VfCommand.PROTO)) {
        if (arguments.has(option)) {
          throw InvalidInputException.of(option.name(), "is without --vlan", "both");
        }
      }
      return null;
    }
    VlanProtocol protocol = parsed(arguments, VfCommand.PROTO, VlanProtocol::parse);
    return new VfVlan(
        arguments.number(VfCommand.VLAN, 0, NumberRange.VLAN_OR_NONE),
        arguments.number(VfCommand.QOS, 0, NumberRange.PRIORITY),
        protocol == null ? VlanProtocol.DOT1Q : protocol);
  }

  private static VfRates rates(Arguments arguments) {
    return arguments.has(VfCommand.MIN_RATE) || arguments.has(VfCommand.MAX_RATE)
        ? new VfRates(
            arguments.number(VfCommand.MIN_RATE, 0, NumberRange.RATE),
            arguments.number(VfCommand.MAX_RATE, 0, NumberRange.RATE))
        : null;
  }

  private static Boolean onOff(Arguments arguments, Option option) {
    return parsed(
        arguments,
        option,
        word ->
            switch (word) {
              case "on" -> true;
              case "off" -> false;
              default ->
                  throw InvalidInputException.ofValue("", word, "is not a switch", "on or off");
            });
  }

  private static <T> T parsed(Arguments arguments, Option option, Function<String, T> parser) {
    String value = arguments.value(option);
    try {
      return value == null ? null : parser.apply(value);
    } catch (InvalidInputException wrong) {
      throw wrong.under(option.name());
    }
  }
}

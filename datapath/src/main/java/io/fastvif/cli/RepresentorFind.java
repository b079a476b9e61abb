package io.fastvif.cli;

import io.fastvif.agent.text.JsonText;
import io.fastvif.netlink.generic.devlink.DevlinkHandle;
import io.fastvif.plan.LinkId;
import io.fastvif.switchdev.RepresentorIndex;
import io.fastvif.vif.NumberRange;
import io.fastvif.vif.PciAddress;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/** {@code representor find}. */
final class RepresentorFind {
  private RepresentorFind() {}

  static int run(Arguments arguments, List<String> words, PrintWriter out, PrintWriter err) {
    boolean vf = arguments.has(RepresentorCommand.VF);
    boolean sf = arguments.has(RepresentorCommand.SF);
    boolean uplink = arguments.has(RepresentorCommand.UPLINK);
    int ways = (vf ? 1 : 0) + (sf ? 1 : 0) + (uplink ? 1 : 0);
    if (words.size() != 1 || ways > 1) {
      throw WrongInputException.of(
          "representor find: expected a VF, or a DEVICE with one of --vf, --sf and --uplink");
    }
    DevlinkHandle device = CardDevice.parse(words.getFirst());
    int byDefault = device.isPci() ? PciAddress.parse(device.device()).function() : 0;
    int pf = arguments.number(RepresentorCommand.PF, byDefault, NumberRange.FUNCTION);
    int number =
        arguments.number(
            vf ? RepresentorCommand.VF : RepresentorCommand.SF, 0, NumberRange.FUNCTION);
    Optional<LinkId> found =
        Engines.look(
            arguments,
            monitor -> {
              RepresentorIndex index = monitor.index();
              if (uplink) {
                return index.uplinkOf(device);
              }
              if (vf || sf) {
                return ofDevice(index, device, pf, number, vf);
              }
              return device.isPci()
                  ? index.ofVirtualFunction(PciAddress.parse(device.device()))
                  : Optional.empty();
            });
    if (found.isEmpty()) {
      err.println("fastvif: " + words.getFirst() + ": there is no such representor here");
      return Fastvif.FAILED;
    }
    LinkId link = found.get();
    out.println(arguments.has(RepresentorCommand.JSON) ? line(link) : link.name());
    return Fastvif.DONE;
  }

  private static Optional<LinkId> ofDevice(
      RepresentorIndex index, DevlinkHandle device, int pf, int number, boolean vf) {
    if (device.isPci()) {
      PciAddress given = PciAddress.parse(device.device());
      if (pf == given.function()) {
        return vf ? index.ofVirtualFunction(given, number) : index.ofSubfunction(given, number);
      }
    }
    return vf
        ? index.ofVirtualFunction(device, pf, number)
        : index.ofSubfunction(device, pf, number);
  }

  private static String line(LinkId link) {
    return JsonText.line(
        out -> {
          out.writeStartObject();
          out.writeStringField("link", link.name());
          out.writeNumberField("index", link.index());
          out.writeEndObject();
        });
  }
}

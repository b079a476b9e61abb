package io.fastvif.cli;

import java.util.List;

/** {@code representor list|find|rename}. */
final class RepresentorCommand extends ActionCommand {
  static final Option PF =
      Option.value("--pf", "N", "find: the number of DEVICE's physical function, where not 0.");
  static final Option VF = Option.value("--vf", "N", "find: of the virtual function of DEVICE.");
  static final Option SF = Option.value("--sf", "N", "find: of the subfunction of DEVICE.");
  static final Option UPLINK = Option.flag("--uplink", "find: the uplink of DEVICE.");
  static final Option BACK =
      Option.flag("--back", "rename: give the former names back; each WHAT stands alone.");
  static final Option KEEP =
      Option.flag("--keep-former", "rename: the former name becomes an alternative one.");
  static final Option JSON = Option.flag("--json", "Print lines of JSON.");

  RepresentorCommand() {
    super(
        "representor",
        "Find and rename the links that stand for a card's functions. list is `devlink port show`;"
            + " rename is `ip link set OLD name NEW` for all at once, and remembers OLD in an"
            + " alternative name.",
        "list, find VF, find DEVICE --vf N, or rename WHAT=NAME...; VF is a PCI address, DEVICE one"
            + " or BUS/DEVICE, WHAT a link's name or a VF.",
        List.of(
            new Subcommand(
                "list", (arguments, words, out, err) -> RepresentorList.run(arguments, words, out)),
            new Subcommand("find", RepresentorFind::run),
            Subcommand.changing("rename", RepresentorRename::run)),
        PF,
        VF,
        SF,
        UPLINK,
        BACK,
        KEEP,
        NETNS,
        JSON);
  }
}

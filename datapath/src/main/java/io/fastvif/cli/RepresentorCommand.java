package io.fastvif.cli;

import java.io.PrintWriter;
import java.util.List;

/** {@code representor list|find|rename}. */
final class RepresentorCommand extends Command {
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
        PF,
        VF,
        SF,
        UPLINK,
        BACK,
        KEEP,
        NETNS,
        JSON);
  }

  @Override
  String fileLabel() {
    return "ARGUMENT";
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) {
    List<String> words = arguments.files();
    List<String> rest = words.subList(1, words.size());
    return switch (words.getFirst()) {
      case "list" -> RepresentorList.run(arguments, rest, out);
      case "find" -> RepresentorFind.run(arguments, rest, out, err);
      case "rename" -> RepresentorRename.run(arguments, rest, out, err);
      default ->
          throw WrongInputException.of(
              "representor: unknown action '"
                  + words.getFirst()
                  + "': expected list, find or rename");
    };
  }
}

package io.fastvif.cli;

import java.util.List;

/** {@code vf list|set|lease}. */
final class VfCommand extends ActionCommand {
  static final Option MAC = Option.value("--mac", "MAC", "set: its address, as `ip ... vf N mac`.");
  static final Option VLAN =
      Option.value("--vlan", "ID", "set: the VLAN of its frames, 0 for none, as `... vlan`.");
  static final Option QOS = Option.value("--qos", "N", "set: their priority, as `... qos`.");
  static final Option PROTO =
      Option.value("--proto", "PROTOCOL", "set: 802.1Q or 802.1ad, as `... proto`.");
  static final Option SPOOF_CHECK =
      Option.value("--spoofchk", "on|off", "set: send from its own address only.");
  static final Option TRUST = Option.value("--trust", "on|off", "set: may ask for all frames.");
  static final Option STATE =
      Option.value("--state", "STATE", "set: of its link: auto, enable or disable.");
  static final Option MIN_RATE =
      Option.value("--min-tx-rate", "MBIT", "set: what it is guaranteed, 0 for nothing.");
  static final Option MAX_RATE =
      Option.value("--max-tx-rate", "MBIT", "set: what it may send, 0 for no limit.");
  static final Option RSS_QUERY =
      Option.value("--query-rss", "on|off", "set: may read the card's RSS table.");
  static final Option NODE_GUID =
      Option.value("--node-guid", "GUID", "set: of its InfiniBand node.");
  static final Option PORT_GUID =
      Option.value("--port-guid", "GUID", "set: of its InfiniBand port.");
  static final Option IGNORE =
      Option.flag("--ignore-unsupported", "set: leave out what its driver does not know.");
  static final Option COUNT =
      Option.value("--count", "N", "set PF: how many functions there are (sriov_numvfs).");
  static final Option HOLDER =
      Option.value("--holder", "ID", "lease: who gets a free one, such as a VIF's id.");
  static final Option RELEASE =
      Option.flag("--release", "lease: give back the one that the holder has.");
  static final Option FORCE =
      Option.flag("--force", "Also one that is plugged, or functions that somebody has.");
  static final Option JSON = Option.flag("--json", "Print lines of JSON.");

  VfCommand() {
    super(
        "vf",
        "List, set and lease virtual functions (SR-IOV). list is `ip link show PF`, set is"
            + " `ip link set PF vf NUMBER ...` or `echo N > .../sriov_numvfs`.",
        "list [PF...], set PF NUMBER, set PF --count N, or lease PF --holder ID; PF is a link's"
            + " name or a PCI address.",
        List.of(
            new Subcommand(
                "list", (arguments, words, out, err) -> VfList.run(arguments, words, out)),
            Subcommand.changing("set", VfSet::run),
            Subcommand.changing("lease", VfLease::run)),
        NETNS,
        MAC,
        VLAN,
        QOS,
        PROTO,
        SPOOF_CHECK,
        TRUST,
        STATE,
        MIN_RATE,
        MAX_RATE,
        RSS_QUERY,
        NODE_GUID,
        PORT_GUID,
        IGNORE,
        COUNT,
        HOLDER,
        RELEASE,
        FORCE,
        JSON);
  }
}

package io.fastvif.switchdev;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a link's {@code phys_port_name} says of the port that it is. Drivers write {@code p0} for
 * the wire, and for a function one of {@code pf0}, {@code pf0vf3}, {@code pf0sf7}, with the
 * controller before it ({@code c1pf0vf3}) where a card serves several hosts; older ones {@code 3},
 * {@code vf3}, {@code vf3@pf0} for a virtual function. Capitals are taken too.
 *
 * @param kind what the port leads to
 * @param controller the host that the function belongs to, if said
 * @param pf the number of the physical function, if said
 * @param number of the wire, the physical function, the virtual function or the subfunction
 * @see <a href="https://docs.kernel.org/networking/switchdev.html">switchdev, port names</a>
 */
public record PortName(PortKind kind, OptionalInt controller, OptionalInt pf, int number) {
  private static final String NUMBER = "(\\d{1,9})";
  private static final Pattern WIRE = pattern("p" + NUMBER + "(?:s\\d{1,9})?");
  private static final Pattern FUNCTION =
      pattern("(?:c" + NUMBER + ")?pf" + NUMBER + "(?:(vf|sf)" + NUMBER + ")?");
  private static final Pattern VF_ONLY = pattern("(?:vf)?" + NUMBER);
  private static final Pattern VF_AT_PF = pattern("vf" + NUMBER + "@pf" + NUMBER);

  private static Pattern pattern(String text) {
    return Pattern.compile(text, Pattern.CASE_INSENSITIVE);
  }

  /**
   * Reads a port name.
   *
   * @param text the link's
   * @return empty if it is of none of these forms
   */
  public static Optional<PortName> parse(String text) {
    Matcher wire = WIRE.matcher(text);
    if (wire.matches()) {
      return named(PortKind.UPLINK, null, null, wire.group(1));
    }
    Matcher function = FUNCTION.matcher(text);
    if (function.matches()) {
      String pf = function.group(2);
      String kind = function.group(3);
      return kind == null
          ? named(PortKind.PF, function.group(1), pf, pf)
          : named(
              kind.equalsIgnoreCase("vf") ? PortKind.VF : PortKind.SF,
              function.group(1),
              pf,
              function.group(4));
    }
    Matcher vf = VF_ONLY.matcher(text);
    if (vf.matches()) {
      return named(PortKind.VF, null, null, vf.group(1));
    }
    Matcher vfAtPf = VF_AT_PF.matcher(text);
    return vfAtPf.matches()
        ? named(PortKind.VF, null, vfAtPf.group(2), vfAtPf.group(1))
        : Optional.empty();
  }

  private static Optional<PortName> named(
      PortKind kind, String controller, String pf, String number) {
    return Optional.of(
        new PortName(kind, integer(controller), integer(pf), Integer.parseInt(number)));
  }

  private static OptionalInt integer(String digits) {
    return digits == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(digits));
  }
}

package io.fastvif.switchdev;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A parsed {@code phys_port_name}: which port of a switch a link is. Drivers and devlink write
 *
 * <pre>
 * wire      [l LINECARD] p PORT [s SUBPORT]
 * function  [c CONTROLLER] [p PORT] pf PF [s SUBPORT | vf VF | vfr VF | sf SF]
 * old       VF | vf VF | vf VF @pf PF
 * </pre>
 *
 * without spaces: {@code p0}, {@code p1s2}, {@code l3p1}; {@code pf0}, {@code pf0vf3}, {@code
 * pf0sf7}, with the controller where a card serves several hosts ({@code c1pf0vf3}), sfc with the
 * wire's number ({@code p0pf0vf3}), ice without devlink's ports {@code pf0vfr3}. Capitals are taken
 * too.
 *
 * @param kind what the port leads to
 * @param controller the host that the function belongs to, if said
 * @param pf the number of the physical function, if said
 * @param number of the wire, the physical function, the virtual function or the subfunction
 * @see <a href="https://docs.kernel.org/networking/switchdev.html">switchdev, port names</a>
 */
public record PortName(PortKind kind, OptionalInt controller, OptionalInt pf, int number) {
  /** One grammar for all forms: a number that is found says by its name what the port is. */
  private static final Pattern GRAMMAR =
      Pattern.compile(
          """
          (?: l N )? p (?<wire>N) (?: s N )?
          | (?: c (?<controller>N) )? (?: p N )? pf (?<pf>N)
            (?: s N | vf r? (?<vf>N) | sf (?<sf>N) )?
          | (?: vf )? (?<old>N) (?: (?<= vf N ) @pf (?<oldPf>N) )?
          """
              .replace("N", "\\d{1,9}"),
          Pattern.CASE_INSENSITIVE | Pattern.COMMENTS);

  /**
   * Reads a port name.
   *
   * @param text the link's
   * @return empty if it is of none of these forms
   */
  public static Optional<PortName> parse(String text) {
    Matcher found = GRAMMAR.matcher(text);
    if (!found.matches()) {
      return Optional.empty();
    }
    OptionalInt controller = number(found, "controller");
    OptionalInt pf = number(found, "pf");
    OptionalInt oldPf = number(found, "oldPf");
    return named(PortKind.UPLINK, controller, pf, number(found, "wire"))
        .or(() -> named(PortKind.VF, controller, pf, number(found, "vf")))
        .or(() -> named(PortKind.SF, controller, pf, number(found, "sf")))
        .or(() -> named(PortKind.VF, controller, oldPf, number(found, "old")))
        .or(() -> named(PortKind.PF, controller, pf, pf));
  }

  private static Optional<PortName> named(
      PortKind kind, OptionalInt controller, OptionalInt pf, OptionalInt number) {
    return number.isEmpty()
        ? Optional.empty()
        : Optional.of(new PortName(kind, controller, pf, number.getAsInt()));
  }

  private static OptionalInt number(Matcher found, String group) {
    String digits = found.group(group);
    return digits == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(digits));
  }
}

package io.fastvif.plan;

import java.util.Objects;

/**
 * A rule on what the host forwards in IPv4. {@code toString()} says it in iptables' words.
 *
 * @param in the link that packets come in by, empty for any; a {@code +} at its end stands for all
 *     names that begin so
 * @param out the link that they go out by, likewise
 * @param target what becomes of them: {@code ACCEPT}, {@code DROP}, {@code RETURN}, {@code REJECT},
 *     {@code LOG}, or a chain of iptables' table filter
 */
public record ForwardingRule(String in, String out, String target) {
  /** Checks that nothing is null. */
  public ForwardingRule {
    Objects.requireNonNull(in);
    Objects.requireNonNull(out);
    Objects.requireNonNull(target);
  }

  @Override
  public String toString() {
    return (in.isEmpty() ? "" : "-i " + in + " ")
        + (out.isEmpty() ? "" : "-o " + out + " ")
        + "-j "
        + target;
  }
}

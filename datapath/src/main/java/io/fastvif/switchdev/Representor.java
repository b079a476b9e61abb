package io.fastvif.switchdev;

import io.fastvif.netlink.generic.devlink.DevlinkHandle;
import io.fastvif.plan.LinkId;
import java.util.OptionalInt;

/**
 * A link that stands for a port of a card's switch.
 *
 * @param link the link
 * @param kind what the port leads to
 * @param device the card's function that the port belongs to; null if the kernel does not say
 * @param controller the host that the function belongs to, if said
 * @param pf the number of the physical function, if said
 * @param number of the wire, the physical function, the virtual function or the subfunction
 * @param external whether the function is another host's
 * @param switchId the switch, in hexadecimal digits; null if the kernel does not say
 * @param ofDevlink whether devlink says so, or else the port's name alone
 */
public record Representor(
    LinkId link,
    PortKind kind,
    DevlinkHandle device,
    OptionalInt controller,
    OptionalInt pf,
    int number,
    boolean external,
    String switchId,
    boolean ofDevlink) {}

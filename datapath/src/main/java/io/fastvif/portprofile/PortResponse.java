package io.fastvif.portprofile;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.route.PortInfo;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** The switch's answers in words ({@code enum} of IFLA_PORT_RESPONSE in linux/if_link.h). */
final class PortResponse {
  private PortResponse() {}

  /** Whether the answer is still to come. */
  static boolean isPending(int response) {
    return response == PortInfo.NO_RESPONSE || response == PORT_PROFILE_RESPONSE_INPROGRESS;
  }

  static boolean isSuccess(int response) {
    return response == PORT_VDP_RESPONSE_SUCCESS || response == PORT_PROFILE_RESPONSE_SUCCESS;
  }

  static boolean isRefusal(int response) {
    return !isPending(response) && !isSuccess(response);
  }

  /** What the answer means. */
  static String text(int response) {
    if (response < PORT_PROFILE_RESPONSE_SUCCESS) {
      return switch (response) {
        case PORT_VDP_RESPONSE_INVALID_FORMAT -> "invalid format";
        case PORT_VDP_RESPONSE_INSUFFICIENT_RESOURCES -> "insufficient resources";
        case PORT_VDP_RESPONSE_UNUSED_VTID -> "unknown VSI type";
        case PORT_VDP_RESPONSE_VTID_VIOLATION -> "VSI type violation";
        case PORT_VDP_RESPONSE_VTID_VERSION_VIOALTION -> "VSI type version violation";
        case PORT_VDP_RESPONSE_OUT_OF_SYNC -> "out of sync";
        default -> "response " + response;
      };
    }
    return switch (response) {
      case PORT_PROFILE_RESPONSE_INVALID -> "invalid port profile";
      case PORT_PROFILE_RESPONSE_BADSTATE -> "bad state";
      case PORT_PROFILE_RESPONSE_INSUFFICIENT_RESOURCES -> "insufficient resources";
      case PORT_PROFILE_RESPONSE_ERROR -> "error";
      default -> "response " + response;
    };
  }

  /** What is said of several VSIs. */
  static String text(Map<UUID, Integer> responses) {
    return responses.isEmpty()
        ? "no VSI"
        : responses.entrySet().stream()
            .map(vsi -> "VSI " + vsi.getKey() + ": " + state(vsi.getValue()))
            .sorted()
            .collect(Collectors.joining(", "));
  }

  private static String state(int response) {
    if (isPending(response)) {
      return "no response yet";
    }
    return isSuccess(response) ? "success" : text(response);
  }
}

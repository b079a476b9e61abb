package io.fastvif.driver;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * No endpoint that the hypervisor can take could be made; the message says of each acceptable type
 * why not. Nothing was left behind unless a reason says so.
 */
public final class EndpointUnavailableException extends FastvifException {
  private static final long serialVersionUID = 1L;

  private final LinkedHashMap<EndpointType, String> reasons;

  /**
   * Makes the exception.
   *
   * @param request what was asked for
   * @param reasons of each type that was tried, in order, why it does not suit
   * @param kind that of all these reasons, if they are of one
   */
  public EndpointUnavailableException(
      EndpointRequest request, SequencedMap<EndpointType, String> reasons, FailureKind kind) {
    super(message(request, reasons), kind);
    this.reasons = new LinkedHashMap<>(reasons);
  }

  /** Why each type that was tried does not suit, in the order of the request. */
  public Map<EndpointType, String> reasons() {
    return new LinkedHashMap<>(reasons);
  }

  private static String message(EndpointRequest request, Map<EndpointType, String> reasons) {
    StringBuilder text = new StringBuilder("network ").append(request.network());
    text.append(" has no endpoint for port ").append(request.port());
    String separator = ": ";
    for (Map.Entry<EndpointType, String> reason : reasons.entrySet()) {
      text.append(separator).append(reason.getKey()).append(": ").append(reason.getValue());
      separator = "; ";
    }
    return text.toString();
  }
}

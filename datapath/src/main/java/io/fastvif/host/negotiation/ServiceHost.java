package io.fastvif.host.negotiation;

import io.fastvif.host.HostCapabilities;
import io.fastvif.host.HostInfo;
import io.fastvif.host.NegotiationAnswer;
import io.fastvif.json.BackLevel;
import io.fastvif.json.NegotiationAnswers;
import io.fastvif.json.ObjectVersions;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Version;
import io.fastvif.vif.Vif;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** The side where VIFs are plugged: tells the network what its plugins take, and gets a VIF. */
public final class ServiceHost {
  /** As often as a HostInfo can be lowered, with room for versions to come. */
  private static final int MAX_REQUESTS = 16;

  private final HostInfo host;
  private final HostCapabilities capabilities;

  /**
   * @param host what its plugins take
   * @throws InvalidInputException if that is not complete
   */
  public ServiceHost(HostInfo host) {
    this.host = host;
    capabilities = HostCapabilities.of(host);
  }

  /**
   * Asks the network host for a VIF.
   *
   * @param network carries a request there and its answer back; what it throws is passed on
   * @return a VIF that a plugin here takes
   * @throws NegotiationException if nothing suits, the network host cannot be understood, or it
   *     answers with a VIF that no plugin here takes
   */
  public Vif negotiate(Function<String, String> network) {
    HostInfo request = host;
    for (int i = 0; i < MAX_REQUESTS; i++) {
      String json = VersionedObjectWriter.write(request);
      switch (answer(network.apply(json))) {
        case NegotiationAnswer.Chosen chosen -> {
          return checked(chosen.vif());
        }
        case NegotiationAnswer.TooNew tooNew -> request = lowered(request, json, tooNew);
        case NegotiationAnswer.NothingSuits nothing ->
            throw failed(
                nothing.message()
                    + (nothing.reasons().isEmpty()
                        ? ""
                        : ": " + String.join("; ", nothing.reasons())));
        case NegotiationAnswer.Malformed malformed ->
            throw failed("the network host did not understand: " + malformed.message());
      }
    }
    throw failed("the network host found " + MAX_REQUESTS + " requests too new");
  }

  private static NegotiationAnswer answer(String json) {
    if (json == null) {
      throw failed("the network host did not answer");
    }
    try {
      return NegotiationAnswers.read(json);
    } catch (InvalidInputException e) {
      throw new NegotiationException("the network host's answer: " + e.getMessage(), e);
    }
  }

  /** The request in versions that the network host supports; each is asked for only once. */
  private static HostInfo lowered(HostInfo request, String json, NegotiationAnswer.TooNew answer) {
    Map<String, Version> sent = ObjectVersions.in(json);
    Map<String, Version> lower = new HashMap<>();
    answer
        .supported()
        .forEach(
            (name, version) -> {
              if (sent.containsKey(name) && version.compareTo(sent.get(name)) < 0) {
                lower.put(name, version);
              }
            });
    if (lower.isEmpty()) {
      throw failed(
          "the network host refuses versions that it says it supports: " + answer.message());
    }
    try {
      return BackLevel.toAtMost(request, lower);
    } catch (InvalidInputException e) {
      throw new NegotiationException(
          "the network host is too old: " + answer.message() + ": " + e.getMessage(), e);
    }
  }

  private Vif checked(Vif vif) {
    try {
      capabilities.check(vif);
      return vif;
    } catch (InvalidInputException e) {
      throw new NegotiationException("the network host's VIF: " + e.getMessage(), e);
    }
  }

  private static NegotiationException failed(String message) {
    return new NegotiationException(message, null);
  }
}

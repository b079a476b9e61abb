package io.fastvif.host;

import io.fastvif.vif.Version;
import io.fastvif.vif.Vif;
import java.util.List;
import java.util.Map;

/** What a network host answers to a service host that sent its HostInfo. */
public sealed interface NegotiationAnswer {
  /**
   * The VIF to plug, in versions that the service host's plugins take.
   *
   * @param vif the VIF; it names the plugin
   */
  record Chosen(Vif vif) implements NegotiationAnswer {}

  /**
   * The HostInfo is newer than the network host understands: send it again in these versions.
   *
   * @param message the same for people
   * @param supported the greatest version understood of HostInfo and each class in it
   */
  record TooNew(String message, Map<String, Version> supported) implements NegotiationAnswer {
    /** Copies the versions. */
    public TooNew {
      supported = Map.copyOf(supported);
    }
  }

  /**
   * There is no VIF that both sides take.
   *
   * @param message that in words
   * @param reasons why not, one for each VIF that the network would have made
   */
  record NothingSuits(String message, List<String> reasons) implements NegotiationAnswer {
    /** Copies the reasons. */
    public NothingSuits {
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * The request was not a HostInfo.
   *
   * @param message what is wrong with it
   */
  record Malformed(String message) implements NegotiationAnswer {}
}

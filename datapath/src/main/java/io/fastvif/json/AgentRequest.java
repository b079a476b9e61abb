package io.fastvif.json;

import io.fastvif.vif.InvalidInputException;
import java.util.Map;
import java.util.Optional;

/**
 * What the agent is asked to do with one VIF.
 *
 * @param verb what to do, if the request says it itself
 * @param id the VIF's; empty if it has none
 * @param vif the VIF and its instance; empty if only the id is given, or something is wrong
 * @param options of its own, by {@code PLUGIN.OPTION}
 * @param configuration what the caller has configured os-vif's plugins with, by {@code
 *     PLUGIN.OPTION}
 * @param place where the VIF stands, for messages: as the caller says, otherwise in the document
 * @param problem what is wrong with the request, with the place; null if nothing is
 */
public record AgentRequest(
    Optional<Verb> verb,
    String id,
    Optional<PlugRequest> vif,
    Map<String, String> options,
    Map<String, String> configuration,
    String place,
    InvalidInputException problem) {
  /** What can be asked. */
  public enum Verb {
    /** To plug the VIF. */
    PLUG("plug"),
    /** To unplug it. */
    UNPLUG("unplug");

    private final String word;

    Verb(String word) {
      this.word = word;
    }

    /**
     * Reads the word that {@link #toString} gives.
     *
     * @throws InvalidInputException if it is none of them
     */
    public static Verb parse(String text) {
      for (Verb verb : values()) {
        if (verb.word.equals(text)) {
          return verb;
        }
      }
      throw InvalidInputException.ofValue("", text, "is not known", "plug or unplug");
    }

    @Override
    public String toString() {
      return word;
    }
  }

  /** Copies the maps. */
  public AgentRequest {
    options = Map.copyOf(options);
    configuration = Map.copyOf(configuration);
  }

  /** What is wrong with the VIF, with the place where it stands. */
  public InvalidInputException placed(InvalidInputException wrong) {
    return place.isEmpty() ? wrong : wrong.under(place);
  }
}

package io.fastvif.cli;

import io.fastvif.agent.text.JsonText;
import io.fastvif.config.HostConfiguration;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.vif.InvalidInputException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * VIFs for an agent, with the options that go with them. What is wrong with the command line or a
 * file is found here, in the same words as without an agent.
 *
 * @param vifs in their order
 * @param options of plugins, over those of the agent, by {@code PLUGIN.OPTION}
 */
record AgentInputs(List<VifInput> vifs, Map<String, String> options) {
  /** Well below what an agent takes at once. */
  private static final int MAX_BYTES = 4 << 20;

  private static final int MAX_VIFS = 1000;

  /**
   * A part of the VIFs, as the agent takes it.
   *
   * @param first the number of its first VIF
   */
  record Part(int first, int count, String json) {}

  /**
   * Reads the options that are given on the command line and in its files; the environment's are
   * those of the agent's process.
   *
   * @throws WrongInputException if an option cannot be one of a request
   */
  static AgentInputs of(Arguments arguments, List<VifInput> vifs, PrintWriter err) {
    if (arguments.has(Command.NETNS)) {
      throw WrongInputException.of(
          Command.NETNS.name()
              + " is the agent's to say, which works in a namespace of its own: expected it"
              + " without an agent");
    }
    if (!arguments.has(PluginConfiguration.OPTION)
        && !arguments.has(PluginConfiguration.CONFIG)
        && !arguments.has(PluginConfiguration.CONFIG_DIR)) {
      return new AgentInputs(vifs, Map.of()); // plugins need not be loaded
    }
    HostConfiguration configuration = PluginConfiguration.of(arguments, Map.of());
    configuration.notes().forEach(note -> err.println("fastvif: " + note));
    for (String option :
        configuration.engineDifferences(HostConfiguration.builder(Map.of()).build())) {
      throw PluginConfiguration.placed(
          configuration,
          InvalidInputException.of(
              option, "is the agent's to say", "options of plugins where an agent is asked"));
    }
    new Planner(configuration).requireOptions(vifs);
    return new AgentInputs(vifs, configuration.values());
  }

  /** All of the given VIFs as the agent takes them at once, however many. */
  static Part whole(List<VifInput> vifs, Map<String, String> options) {
    String body = vifs.stream().map(vif -> element(vif, options)).collect(Collectors.joining(","));
    return new Part(0, vifs.size(), "[" + body + "]");
  }

  /** The same in bodies that are not too long. */
  static List<Part> parts(List<VifInput> vifs, Map<String, String> options) {
    List<Part> parts = new ArrayList<>();
    StringBuilder body = new StringBuilder();
    int first = 0;
    for (int i = 0; i < vifs.size(); i++) {
      String one = element(vifs.get(i), options);
      if (i > first && (body.length() + one.length() > MAX_BYTES || i - first == MAX_VIFS)) {
        parts.add(new Part(first, i - first, "[" + body + "]"));
        body.setLength(0);
        first = i;
      }
      body.append(i > first ? "," : "").append(one);
    }
    if (!vifs.isEmpty()) {
      parts.add(new Part(first, vifs.size() - first, "[" + body + "]"));
    }
    return parts;
  }

  private static String element(VifInput input, Map<String, String> options) {
    return JsonText.line(
        out -> {
          out.writeStartObject();
          out.writeFieldName("vif");
          out.writeRawValue(VersionedObjectWriter.write(input.request().vif()));
          if (input.request().instance().isPresent()) {
            out.writeFieldName("instance");
            out.writeRawValue(VersionedObjectWriter.write(input.request().instance().get()));
          }
          if (!options.isEmpty()) {
            out.writeObjectFieldStart("options");
            for (Map.Entry<String, String> option : options.entrySet()) {
              out.writeStringField(option.getKey(), option.getValue());
            }
            out.writeEndObject();
          }
          out.writeStringField("place", input.file() + ": " + input.request().path());
          out.writeEndObject();
        });
  }
}

package io.fastvif.cli;

import io.fastvif.VifHost;
import io.fastvif.cni.CniAnswer;
import io.fastvif.cni.CniPlugin;
import io.fastvif.cni.CniRequest;
import io.fastvif.config.HostConfiguration;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** {@code cni}: the CNI plugin where there is no agent. */
final class CniCommand extends Command {
  CniCommand() {
    super(
        "cni",
        "Do what a container runtime asks of a CNI plugin, by the variables CNI_... and standard"
            + " input. Runtimes execute the small program fastvif instead, which asks the agent and"
            + " comes to this command only where there is none.",
        null,
        NETNS,
        PluginConfiguration.OPTION,
        PluginConfiguration.CONFIG,
        PluginConfiguration.CONFIG_DIR);
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) throws IOException {
    StandardStreams.requireInput();
    Map<String, String> environment = ProcessText.environment();
    String configuration = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    CniAnswer answer = answer(arguments, environment, new CniRequest(environment, configuration));
    if (!answer.text().isEmpty()) {
      out.println(answer.text());
    }
    return answer.isError() ? Fastvif.FAILED : Fastvif.DONE;
  }

  private static CniAnswer answer(
      Arguments arguments, Map<String, String> environment, CniRequest request) {
    if (request.isVersion()) {
      return CniPlugin.version(request);
    }
    HostConfiguration options = PluginConfiguration.of(arguments, environment);
    try (VifHost host = Engines.with(arguments, options, Engines::open);
        CniPlugin plugin = new CniPlugin(host)) {
      return plugin.answer(request).join();
    }
  }
}

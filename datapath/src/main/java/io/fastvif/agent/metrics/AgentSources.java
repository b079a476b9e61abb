package io.fastvif.agent.metrics;

import io.fastvif.agent.VifKeeper;
import io.fastvif.agent.http.HttpStatistics;
import io.fastvif.fastpath.BurstReport;
import io.fastvif.fastpath.PortReport;
import io.fastvif.fastpath.UplinkReport;
import io.fastvif.forward.LoopStatistics;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Where the agent's figures come from.
 *
 * @param version of fastvif, as {@code fastvif --version} tells it
 * @param hostName the name of the host
 * @param started when the agent started
 * @param keeper the VIFs
 * @param ports what the forwarder's ports have done; none without a forwarder
 * @param bursts what the bursts of all those ports were
 * @param uplinks what has passed the links that ports share
 * @param loops what the threads that move frames have done
 * @param problems why the agent cannot serve, beside what the keeper says, such as that it is being
 *     closed; one line each
 * @param http what the server counts
 * @param requests what its requests were: the server's observer
 */
public record AgentSources(
    String version,
    String hostName,
    Instant started,
    VifKeeper keeper,
    Supplier<List<PortReport>> ports,
    Supplier<BurstReport> bursts,
    Supplier<List<UplinkReport>> uplinks,
    Supplier<List<LoopStatistics>> loops,
    Supplier<List<String>> problems,
    Supplier<HttpStatistics> http,
    RequestCounters requests) {
  /** Checks that nothing is missing. */
  public AgentSources {
    Objects.requireNonNull(version);
    Objects.requireNonNull(hostName);
    Objects.requireNonNull(started);
    Objects.requireNonNull(keeper);
    Objects.requireNonNull(ports);
    Objects.requireNonNull(bursts);
    Objects.requireNonNull(uplinks);
    Objects.requireNonNull(loops);
    Objects.requireNonNull(problems);
    Objects.requireNonNull(http);
    Objects.requireNonNull(requests);
  }
}

package io.fastvif.agent;

import io.fastvif.Orphans;
import io.fastvif.agent.http.Allowed;
import io.fastvif.agent.http.HttpOptions;
import io.fastvif.config.HostConfiguration;
import io.fastvif.lease.DeviceLeases;
import io.fastvif.netns.Netns;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * What an {@link Agent} is made of. Never changes; each {@code with…} gives another.
 *
 * @param socket where it answers
 * @param state the folder that it keeps what was declared in; made if it is missing
 * @param http who may ask, beside root and its own user, and what a caller can cost
 * @param configuration the options of plugins and engine
 * @param namespace the network namespace to work in, which stays the caller's to close; null for
 *     the one of the thread that opens it
 * @param leases the folder with the leases of devices, which all of a machine should share
 * @param forwardCpus the processors that move frames of vhost-user ports, each with a thread of its
 *     own; empty for one thread on any
 * @param repairs whether drift is repaired; if not it is only said
 * @param orphans what becomes of VIFs that the host has in fastvif's name and nobody declared
 * @param networks a file with networks to ask for endpoints on; null for none
 * @param handOver how its vhost-user ports go to an agent of the next version; null for not
 */
public record AgentOptions(
    AgentSocket socket,
    Path state,
    HttpOptions http,
    HostConfiguration configuration,
    Netns namespace,
    Path leases,
    List<Integer> forwardCpus,
    boolean repairs,
    Orphans orphans,
    Path networks,
    AgentHandOver handOver) {

  /** Checks that nothing is missing, and copies the list. */
  public AgentOptions {
    Objects.requireNonNull(socket);
    Objects.requireNonNull(state);
    Objects.requireNonNull(http);
    Objects.requireNonNull(configuration);
    Objects.requireNonNull(leases);
    Objects.requireNonNull(orphans);
    forwardCpus = List.copyOf(forwardCpus);
  }

  /** Everything else as by default: for root alone, it repairs drift and keeps orphans. */
  public static AgentOptions of(AgentSocket socket, Path state, HostConfiguration configuration) {
    return new AgentOptions(
        socket,
        state,
        HttpOptions.byDefault(),
        configuration,
        null,
        DeviceLeases.FOLDER,
        List.of(),
        true,
        Orphans.KEEP,
        null,
        null);
  }

  /** The same for others to ask. */
  public AgentOptions withAllowed(Allowed others) {
    return withHttp(http.with(others));
  }

  /** The same with other bounds for those who ask. */
  public AgentOptions withHttp(HttpOptions other) {
    return new AgentOptions(
        socket,
        state,
        other,
        configuration,
        namespace,
        leases,
        forwardCpus,
        repairs,
        orphans,
        networks,
        handOver);
  }

  /** The same in another network namespace. */
  public AgentOptions withNamespace(Netns other) {
    return new AgentOptions(
        socket,
        state,
        http,
        configuration,
        other,
        leases,
        forwardCpus,
        repairs,
        orphans,
        networks,
        handOver);
  }

  /** The same with leases in another folder. */
  public AgentOptions withLeases(Path folder) {
    return new AgentOptions(
        socket,
        state,
        http,
        configuration,
        namespace,
        folder,
        forwardCpus,
        repairs,
        orphans,
        networks,
        handOver);
  }

  /** The same with frames moved on these processors. */
  public AgentOptions withForwardCpus(List<Integer> processors) {
    return new AgentOptions(
        socket,
        state,
        http,
        configuration,
        namespace,
        leases,
        processors,
        repairs,
        orphans,
        networks,
        handOver);
  }

  /** The same that does something else with what is not as declared. */
  public AgentOptions withKeeping(boolean isRepairing, Orphans fate) {
    return new AgentOptions(
        socket,
        state,
        http,
        configuration,
        namespace,
        leases,
        forwardCpus,
        isRepairing,
        fate,
        networks,
        handOver);
  }

  /** The same with networks to ask for endpoints on. */
  public AgentOptions withNetworks(Path file) {
    return new AgentOptions(
        socket,
        state,
        http,
        configuration,
        namespace,
        leases,
        forwardCpus,
        repairs,
        orphans,
        file,
        handOver);
  }

  /** The same whose vhost-user ports go to the next agent. */
  public AgentOptions withHandOver(AgentHandOver other) {
    return new AgentOptions(
        socket,
        state,
        http,
        configuration,
        namespace,
        leases,
        forwardCpus,
        repairs,
        orphans,
        networks,
        other);
  }

  /** What of it is said to those who ask, by name; the configuration has a list of its own. */
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("socket", socket.path().toString());
    settings.put("socket-mode", PosixFilePermissions.toString(socket.mode()));
    settings.put("state", state.toString());
    settings.put("leases", leases.toString());
    settings.put("observe", Boolean.toString(!repairs));
    settings.put("orphans", orphans.name().toLowerCase(Locale.ROOT));
    settings.put("networks", networks == null ? "" : networks.toString());
    settings.put(
        "forward-cpus",
        String.join(",", forwardCpus.stream().map(each -> Integer.toString(each)).toList()));
    settings.put("read-users", String.join(",", http.allowed().readers()));
    settings.put("read-groups", String.join(",", http.allowed().readerGroups()));
    settings.put("change-users", String.join(",", http.allowed().changers()));
    settings.put("change-groups", String.join(",", http.allowed().changerGroups()));
    return settings;
  }
}

package io.fastvif.agent;

import io.fastvif.FastvifVersion;
import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.agent.api.AgentApi;
import io.fastvif.agent.api.PortRoutes;
import io.fastvif.agent.http.HttpOptions;
import io.fastvif.agent.http.HttpRoute;
import io.fastvif.agent.http.HttpServer;
import io.fastvif.agent.http.HttpStatistics;
import io.fastvif.agent.keeper.HostKeeper;
import io.fastvif.agent.keeper.KeeperOptions;
import io.fastvif.agent.metrics.AgentDocuments;
import io.fastvif.agent.metrics.AgentSources;
import io.fastvif.agent.metrics.RequestCounters;
import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.EngineGroup;
import io.fastvif.fastpath.ForwardingPorts;
import io.fastvif.fastpath.HandOverServer;
import io.fastvif.forward.Idle;
import io.fastvif.plan.Action;
import io.fastvif.plan.BridgeKeeping;
import io.fastvif.plan.PlugPlan;
import io.fastvif.trace.Log;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A whole agent: a host with its engine, a forwarder for its vhost-user ports, the keeper of what
 * was declared, and the server that callers ask. VIFs stay plugged when it is closed, and the next
 * one on the same folder takes them up.
 */
public final class Agent implements AutoCloseable {
  private static final Duration CLOSE_BOUND = Duration.ofSeconds(15);
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  /** As many as a host has VIFs coming and going in a minute; they cost no more than links do. */
  private static final BridgeKeeping KEPT_BRIDGES = new BridgeKeeping(16, Duration.ofMinutes(1));

  private static final String NAME = "agent";

  /** Of the plan that does nothing. */
  private static final String PING = "the agent's watchdog";

  /** What is to be closed, the last one first. */
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  private final HttpOptions http;
  private final Path networks;

  /** As it was read at the start. */
  private final String networksText;

  private final Instant started = Instant.now();
  private HostConfiguration configuration;
  private ForwardingPorts ports;
  private HandOverServer handing;
  private VifHost host;
  private HostKeeper keeper;
  private volatile MemoryAtRest memory;
  private volatile HttpServer server;
  private volatile boolean closing;

  private Agent(AgentOptions options) {
    http = options.http();
    networks = options.networks();
    networksText = text(networks);
    configuration = options.configuration();
  }

  /** What is in a file; nothing if it cannot be read, which whoever wants it says. */
  private static String text(Path file) {
    try {
      return file == null ? "" : Files.readString(file);
    } catch (IOException unreadable) {
      return "";
    }
  }

  /**
   * Starts an agent. It answers when this returns; what was declared before is being plugged then,
   * and {@link #unreadiness()} says when that is done.
   *
   * @throws io.fastvif.vif.InvalidInputException if an option has a value that it does not take
   * @throws io.fastvif.bindings.HeldException if another agent has the namespace, the state folder
   *     or the socket
   * @throws io.fastvif.bindings.SystemCallException if the kernel gives no socket, or there is no
   *     such processor
   * @throws IOException if a file cannot be made or read
   */
  public static Agent open(AgentOptions options) throws IOException {
    Agent agent = new Agent(options);
    try {
      agent.start(options);
      return agent;
    } catch (IOException | RuntimeException | Error failed) {
      agent.close();
      throw failed;
    }
  }

  private void start(AgentOptions options) throws IOException {
    AgentHandOver handOver = options.handOver();
    if (handOver != null && handOver.takesOver()) {
      takeOver(options);
      opened(NamespaceLock.take(options.namespace()));
    } else {
      opened(NamespaceLock.take(options.namespace()));
      takeOver(options);
    }
    EngineGroup group = opened(EngineGroup.open(NAME));
    VifHostOptions hostOptions =
        VifHostOptions.of(configuration)
            .withGroup(group)
            .withForwarder(ports)
            .withKeptBridges(KEPT_BRIDGES)
            .withLeases(options.leases());
    host =
        opened(
            VifHost.open(
                options.namespace() == null
                    ? hostOptions
                    : hostOptions.withNamespace(options.namespace())));
    connectOvs();
    keeper =
        opened(
            HostKeeper.open(
                host,
                KeeperOptions.of(options.state())
                    .withRepairs(options.repairs())
                    .withOrphans(options.orphans())));
    opened(keeper.subscribe(event -> worked()));
    opened(keeper.subscribe(new EventLog()::log));
    server = opened(listen(options));
  }

  /** Begins to serve ports, here what another agent has; its locks are free then. */
  private void takeOver(AgentOptions options) throws IOException {
    ports = opened(ports(options.forwardCpus()));
    if (options.handOver() != null) {
      handing = opened(options.handOver().begin(ports));
    }
  }

  /** Whether another agent has its ports. */
  public boolean isGiven() {
    return handing != null && handing.isGiven();
  }

  /**
   * An engine of a group connects to Open vSwitch when it is first asked about it. Where that is
   * part of the host, whether it answers is not to depend on who asks first, nor the start on it.
   */
  private void connectOvs() {
    if (host.usesOvs()) {
      Thread.ofPlatform()
          .daemon()
          .name("fastvif-agent-ovs")
          .start(
              () -> {
                try {
                  boolean unused = host.snapshot().ovs().isKnown();
                } catch (IllegalStateException closed) {
                  // before it was asked: there is nobody left who would use it
                }
              });
    }
  }

  private <T extends AutoCloseable> T opened(T part) {
    opened.push(part);
    return part;
  }

  private static ForwardingPorts ports(List<Integer> processors) {
    if (processors.isEmpty()) {
      return ForwardingPorts.start(1, Idle.ADAPTIVE);
    }
    try {
      return ForwardingPorts.startOn(
          processors.stream().mapToInt(Integer::intValue).toArray(), Idle.ADAPTIVE);
    } catch (SystemCallException refused) {
      if (refused.errno() != Errno.EINVAL) {
        throw refused;
      }
      throw InvalidInputException.ofValue(
          "--forward-cpus",
          String.valueOf(refused.arguments().getFirst()),
          "is no processor that this process may use",
          "processors of this machine, such as 0");
    }
  }

  private HttpServer listen(AgentOptions options) throws IOException {
    RequestCounters requests = new RequestCounters();
    AgentApi api = opened(AgentApi.of(keeper, about(options)));
    List<HttpRoute> routes = new ArrayList<>(documents(requests).routes());
    routes.addAll(api.routes());
    routes.addAll(PortRoutes.of(ports));
    AgentSocket socket = options.socket();
    HttpServer listening =
        socket.handedOver() == null
            ? HttpServer.listen(http, socket.path(), socket.mode(), socket.group(), routes)
            : HttpServer.listen(http, socket.handedOver(), routes);
    listening.observe(
        (method, route, status, nanos) -> {
          requests.answered(method, route, status, nanos);
          worked();
        });
    return listening;
  }

  private AgentApi.About about(AgentOptions options) {
    Path networks = options.networks();
    return new AgentApi.About(
        FastvifVersion.text(),
        started,
        networks == null ? null : networks.toString(),
        options::settings);
  }

  private AgentDocuments documents(RequestCounters requests) throws IOException {
    return new AgentDocuments(
        new AgentSources(
            FastvifVersion.text(),
            Files.readString(HOST_NAME).strip(),
            started,
            keeper,
            ports::reports,
            ports::bursts,
            ports::uplinks,
            ports::loops,
            this::problems,
            this::httpStatistics,
            requests));
  }

  /** Of the first request, which may come before the server is known here. */
  private HttpStatistics httpStatistics() {
    HttpServer listening = server;
    return listening == null ? new HttpStatistics(0, 0, 0, 0, 0, 0, 0, 0) : listening.statistics();
  }

  private List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (closing) {
      problems.add("the agent ends");
    }
    Throwable failure = ports.failure();
    if (failure != null) {
      problems.add("forwarding has failed: " + failure);
    }
    return problems;
  }

  private void worked() {
    MemoryAtRest told = memory;
    if (told != null) {
      told.worked();
    }
  }

  /**
   * Has memory given back after bursts of work: the process collects its heap, and lets go of pages
   * of files. For a process that is nothing but this agent; call it once at most.
   */
  public synchronized void giveBackMemoryAtRest() {
    memory = opened(MemoryAtRest.start());
  }

  /** What keeps the VIFs. */
  public VifKeeper keeper() {
    return keeper;
  }

  /** Why the agent cannot plug, or has not plugged all that was declared; empty if it can. */
  public List<String> unreadiness() {
    List<String> reasons = new ArrayList<>(problems());
    reasons.addAll(keeper.unreadiness());
    return reasons;
  }

  /**
   * Its parts that everything waits for, by name: each is asked whether it is alive, and completes
   * what it returns when it is.
   */
  public Map<String, Supplier<CompletableFuture<Void>>> parts() {
    Map<String, Supplier<CompletableFuture<Void>>> parts = new LinkedHashMap<>();
    parts.put("the engine", this::askEngine);
    parts.put("the server", server::ping);
    return parts;
  }

  /** A plan without steps goes the way that all plans go. */
  private CompletableFuture<Void> askEngine() {
    PlugPlan nothing = new PlugPlan(PING, "", Action.CHANGE, List.of(), null, List.of(), List.of());
    return host.execute(nothing).thenAccept(result -> {});
  }

  /**
   * Takes another configuration, and looks users and groups up again. VIFs that are plugged stay as
   * they are until they are plugged again.
   *
   * @return what has changed and cannot be changed while the agent runs
   * @throws io.fastvif.vif.InvalidInputException if a value is wrong; then nothing is changed
   */
  public List<String> reload(HostConfiguration other) throws IOException {
    other.requireAll();
    server.allow(http.allowed());
    host.configure(other);
    List<String> unchanged = new ArrayList<>(configuration.engineDifferences(other));
    if (networks != null && !networksText.equals(text(networks))) {
      unchanged.add(networks.toString());
    }
    configuration = other;
    return unchanged;
  }

  /** Closes it within 15 seconds. */
  @Override
  public void close() {
    close(CLOSE_BOUND);
  }

  /**
   * Takes no more requests, finishes what was begun, and ends all threads. VIFs stay plugged, but
   * the sockets of vhost-user ports are not served any more.
   *
   * @param bound how long that may take, roughly
   * @return whether everything under way has ended by itself
   */
  public synchronized boolean close(Duration bound) {
    closing = true;
    if (handing != null) {
      handing.stop(); // it is closed behind the locks, which the next agent waits for
    }
    boolean isInOrder = true;
    while (!opened.isEmpty()) {
      AutoCloseable part = opened.pop();
      try {
        if (part instanceof VifHost each) {
          isInOrder &= each.close(bound);
        } else {
          part.close();
        }
      } catch (Exception failed) {
        isInOrder = false;
        Log.warning(Agent.class, "a part of the agent does not end in order: " + failed, failed);
      }
    }
    return isInOrder;
  }
}

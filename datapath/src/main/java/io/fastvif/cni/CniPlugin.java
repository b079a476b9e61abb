package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FastvifException;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.Planning;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugResult;
import io.fastvif.netns.Netns;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.trace.Log;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The verbs of the specification, for one host. May be asked by any thread, for many pods at once:
 * what is ready together goes to the kernel together.
 *
 * @see <a href="https://www.cni.dev/docs/spec/">CNI specification</a>
 */
public final class CniPlugin implements AutoCloseable {
  private static final String CNI_NETNS = "CNI_NETNS";
  private static final String STATUS_TURN = "cni-status";

  /** What is written down of pods is beside the leases. */
  private static final String RECORDS = "cni";

  private final VifHost host;
  private final PodRecords records;
  private final PodRules rules = new PodRules();
  private final AttachmentTurns turns = new AttachmentTurns();

  /**
   * What has to be written down of attachments is in the folder {@code cni} beside that of the
   * host's leases, normally {@code /run/fastvif/cni}, one for all processes of the host; made when
   * it is first needed.
   *
   * @param host stays the caller's
   */
  public CniPlugin(VifHost host) {
    this.host = host;
    records = new PodRecords(host.leases().resolveSibling(RECORDS));
  }

  /**
   * Opens the vhost-user ports of attachments again that a process has served which has ended: for
   * a process that stays, when it begins.
   *
   * @return completes when it is done, and never exceptionally: what fails is logged
   */
  public CompletableFuture<Void> restore() {
    return host.servesVhostUser()
        ? new RestorePorts(host, records).run()
        : CompletableFuture.completedFuture(null);
  }

  /** The answer to VERSION, for which no host is needed. */
  public static CniAnswer version(CniRequest request) {
    Map<String, Object> versions = new LinkedHashMap<>();
    Object asked = "";
    try {
      asked = CniJson.object("the configuration", request.configuration()).get("cniVersion");
    } catch (CniException unreadable) {
      // those that are supported can be said all the same
    }
    boolean isKnown = asked instanceof String text && CniVersion.SUPPORTED.contains(text);
    versions.put("cniVersion", isKnown ? asked : CniVersion.NEWEST);
    versions.put("supportedVersions", CniVersion.SUPPORTED);
    return CniAnswer.of(CniJson.write(versions));
  }

  /**
   * Does what a runtime asks. Waits for IPAM, not for the kernel.
   *
   * @return completes with what is to be answered, and never exceptionally
   */
  public CompletableFuture<CniAnswer> answer(CniRequest request) {
    return answer(request, Runnable::run);
  }

  /**
   * The same, but waits for nothing. What is asked of one interface of a pod is done in the order
   * of these calls, on whatever threads.
   *
   * @param threads wait for IPAM
   */
  public CompletableFuture<CniAnswer> answer(CniRequest request, Executor threads) {
    CompletableFuture<CniAnswer> answer =
        switch (request.variable("CNI_COMMAND")) {
          case "ADD", "DEL" ->
              turns.take(
                  network(request),
                  request.variable("CNI_CONTAINERID") + "/" + request.variable("CNI_IFNAME"),
                  threads,
                  () -> begin(request));
          case "GC" -> turns.takeAlone(network(request), threads, () -> begin(request));
          default ->
              CompletableFuture.completedFuture(request).thenComposeAsync(this::begin, threads);
        };
    return answer.exceptionally(failed -> failed(request, failed));
  }

  /** The network's name, before anything of the configuration is checked. */
  private static String network(CniRequest request) {
    try {
      Object name = CniJson.object("", request.configuration()).get("name");
      return name instanceof String text ? text : "";
    } catch (CniException unreadable) {
      return "";
    }
  }

  private CompletableFuture<CniAnswer> begin(CniRequest request) {
    String command = request.variable("CNI_COMMAND");
    return switch (command) {
      case "VERSION" -> CompletableFuture.completedFuture(version(request));
      case "ADD" -> add(request);
      case "DEL" -> delete(request);
      case "CHECK" -> check(request);
      case "GC" -> collect(request);
      case "STATUS" -> status(request);
      default ->
          throw AttachmentId.environment(
              "CNI_COMMAND", command, "ADD, DEL, CHECK, GC, STATUS or VERSION");
    };
  }

  private static CniAnswer failed(CniRequest request, Throwable failed) {
    Throwable cause =
        failed instanceof CompletionException && failed.getCause() != null
            ? failed.getCause()
            : failed;
    CniException error =
        switch (cause) {
          case CniException own -> own;
          case InvalidInputException wrong ->
              new CniException(CniException.INVALID_CONFIGURATION, wrong.getMessage());
          case FastvifException refused ->
              new CniException(CniException.HOST_REFUSED, refused.getMessage());
          default -> {
            Log.warning(CniPlugin.class, "a verb of CNI has failed: " + cause, cause);
            yield new CniException(
                CniException.HOST_REFUSED, "an error of fastvif's own", cause.toString());
          }
        };
    return new CniAnswer(true, error.object(versionFor(request)));
  }

  /** That of the configuration, if it can be read and is known. */
  private static String versionFor(CniRequest request) {
    try {
      Object version = CniJson.object("", request.configuration()).get("cniVersion");
      return version instanceof String text && CniVersion.SUPPORTED.contains(text)
          ? text
          : CniVersion.NEWEST;
    } catch (CniException unreadable) {
      return CniVersion.NEWEST;
    }
  }

  private CompletableFuture<CniAnswer> add(CniRequest request) {
    NetworkConfiguration network = NetworkConfiguration.read(request);
    AttachmentId id = AttachmentId.of(network.name(), request);
    Ipam ipam = Ipam.of(network, request);
    // Before IPAM is asked: what would be freed when this fails is the other ADD's.
    if (network.attachment().isAttached(host, id)) {
      throw id.attachedAlready();
    }
    network.attachment().require(host);
    PodSockets pod =
        openPod(
            request.variable(CNI_NETNS),
            opened -> {
              PodSockets sockets = new PodSockets(opened);
              sockets.open();
              return sockets;
            });
    try {
      PodLinks.requireDetached(pod, id);
      CniResult addressing = addressing(network, ipam, id);
      return freeingIfFailed(ipam, id, () -> attach(request, network, id, pod, addressing))
          .whenComplete((answer, failed) -> pod.close());
    } catch (RuntimeException | Error failed) {
      pod.close();
      throw failed;
    }
  }

  private CompletableFuture<CniAnswer> attach(
      CniRequest request,
      NetworkConfiguration network,
      AttachmentId id,
      PodSockets pod,
      CniResult addressing) {
    AttachmentPlan plan =
        new AttachmentPlan(
            id, network, pod, request.variable(CNI_NETNS), addressing, host, records, rules);
    Planning planning = (snapshot, claims) -> plan.plug(snapshot);
    Planning planned =
        network.attachment().plansByArguments() ? Planning.ofArguments(planning) : planning;
    return takeAwayUnfinished(network, id)
        .thenCompose(cleaned -> host.execute(id.vifId(), planned))
        .thenCompose(
            plugged -> {
              require(plugged);
              return orUnplugged(request, network, id, () -> result(network, plan, plugged));
            });
  }

  /** Also where it does not even begin, as when Open vSwitch has just gone. */
  private static CompletableFuture<CniAnswer> freeingIfFailed(
      Ipam ipam, AttachmentId id, Supplier<CompletableFuture<CniAnswer>> attach) {
    CompletableFuture<CniAnswer> attached;
    try {
      attached = attach.get();
    } catch (RuntimeException | Error failed) {
      attached = CompletableFuture.failedFuture(failed);
    }
    return attached.exceptionallyComposeAsync(
        failed -> {
          free(ipam, id);
          return CompletableFuture.failedFuture(failed);
        },
        WaitingThreads.POOL);
  }

  /** A pod of which the runtime gets no result is not left as if it had one. */
  private CompletableFuture<CniAnswer> orUnplugged(
      CniRequest request,
      NetworkConfiguration network,
      AttachmentId id,
      Supplier<CniAnswer> result) {
    try {
      return CompletableFuture.completedFuture(result.get());
    } catch (RuntimeException failed) {
      return unplug(network, id.vifId(), pods(request.variable(CNI_NETNS)))
          .handle(
              (unplugged, left) -> {
                throw failed;
              });
    }
  }

  /** Of an ADD that was broken off, or a pod whose own link has gone with its namespace. */
  static boolean isLeft(LinkState link) {
    return link.isUnfinished() || LimitRates.isLimiter(link);
  }

  /** An ADD that was broken off may have left something. */
  private CompletableFuture<PlugResult> takeAwayUnfinished(
      NetworkConfiguration network, AttachmentId id) {
    HostSnapshot snapshot = network.attachment().snapshot(host);
    boolean isBrokenOff =
        network.attachment().takesDevices() // which are not among the host's links then
            || snapshot.linksOf(id.vifId()).stream().anyMatch(CniPlugin::isLeft)
            || (network.usesOvs() && OvsPorts.has(snapshot, id.vifId()));
    return isBrokenOff
        ? unplug(network, id.vifId(), List.of())
        : CompletableFuture.completedFuture(null);
  }

  /** The address is freed whatever becomes of the runtime's own DEL. */
  private static void free(Ipam ipam, AttachmentId id) {
    try {
      ipam.delete(id);
    } catch (CniException left) {
      Log.warning(CniPlugin.class, "an address is left to DEL or GC: " + left.getMessage());
    }
  }

  private static CniResult addressing(NetworkConfiguration network, Ipam ipam, AttachmentId id) {
    CniResult given = ipam.add(id);
    try {
      return Addressing.of(network, given);
    } catch (RuntimeException wrong) {
      free(ipam, id);
      throw wrong;
    }
  }

  /**
   * Opens a pod's namespace.
   *
   * @param shown goes there, which shows that it is one
   */
  private static <T> T openPod(String path, Function<Netns, T> shown) {
    if (path.isEmpty()) {
      throw AttachmentId.environment(CNI_NETNS, path, "the path of a network namespace");
    }
    try {
      Netns pod = Netns.of(Path.of(path));
      try {
        if (pod.isCurrent()) {
          throw AttachmentId.environment(CNI_NETNS, path, "another namespace than the host's");
        }
        return shown.apply(pod);
      } catch (RuntimeException | Error wrong) {
        pod.close();
        throw wrong;
      }
    } catch (SystemCallException refused) {
      int code =
          refused.errno() == Errno.ENOENT
              ? CniException.UNKNOWN_CONTAINER
              : CniException.INVALID_ENVIRONMENT;
      throw new CniException(
          code, CNI_NETNS + ": " + path + " cannot be opened", refused.getMessage(), refused);
    } catch (InvalidPathException wrong) {
      throw AttachmentId.environment(CNI_NETNS, path, "a path");
    }
  }

  static PlugResult require(PlugResult result) {
    if (result.outcome() != Outcome.FAILED) {
      return result;
    }
    PlugFailure failure = result.failure();
    if (failure.wrongInput() != null) {
      throw new CniException(CniException.INVALID_CONFIGURATION, failure.wrongInput().getMessage());
    }
    int code = failure.busy() ? CniException.TRY_AGAIN_LATER : CniException.HOST_REFUSED;
    throw new CniException(code, "the host could not " + failure.step(), failure.message());
  }

  private CniAnswer result(NetworkConfiguration network, AttachmentPlan plan, PlugResult plugged) {
    CniResult addressing = plan.addressing();
    HostSnapshot now = host.snapshot();
    List<CniResult.Link> links =
        new ArrayList<>(network.attachment().links(plan, plugged.plan(), now));
    int ofPod = placeOfPod(links);
    now.linksOf(plan.id().vifId()).stream()
        .filter(LimitRates::isLimiter)
        .forEach(
            link -> links.add(new CniResult.Link(link.name(), link.address(), link.mtu(), "")));
    List<CniResult.Address> ips =
        addressing.ips().stream()
            .map(ip -> new CniResult.Address(ip.cidr(), ip.gateway(), ofPod))
            .toList();
    CniResult own = new CniResult(links, ips, addressing.routes(), dns(network, addressing));
    CniResult all = network.previous() == null ? own : own.after(network.previous());
    return CniAnswer.of(all.toJson(network.version()));
  }

  /** The last of those that are in a pod, or the last. */
  private static int placeOfPod(List<CniResult.Link> links) {
    int last = links.size() - 1;
    int place = last;
    while (place >= 0 && links.get(place).sandbox().isEmpty()) {
      place--;
    }
    return place < 0 ? last : place;
  }

  /** The network's own takes the place of IPAM's. */
  private static Map<String, Object> dns(NetworkConfiguration network, CniResult addressing) {
    return network.dns().isEmpty() ? addressing.dns() : network.dns();
  }

  /** Where the configuration does not say Open vSwitch now, it is looked at if it is there. */
  private CompletableFuture<PlugResult> unplug(
      NetworkConfiguration network, String vifId, List<Path> pods) {
    boolean needsOvs = network.usesOvs();
    boolean asksOvs = needsOvs || host.usesOvs();
    return host.execute(
        vifId,
        (snapshot, claims) -> {
          HostSnapshot seen = asksOvs ? snapshot : snapshot.withOvs(() -> OvsSnapshot.UNKNOWN);
          if (needsOvs && !seen.ovs().isKnown()) {
            throw new CniException(CniException.TRY_AGAIN_LATER, OvsPorts.away(host));
          }
          return AttachmentPlan.unplug(vifId, pods, records, rules, network.device(), seen);
        });
  }

  /** Where the runtime says that the pod is; null if it does not say. */
  private static List<Path> pods(String path) {
    try {
      return path.isEmpty() ? null : List.of(Path.of(path));
    } catch (InvalidPathException wrong) {
      return null;
    }
  }

  /** First what uses the address goes, then the address. */
  private CompletableFuture<CniAnswer> delete(CniRequest request) {
    NetworkConfiguration network = NetworkConfiguration.readToRemove(request);
    AttachmentId id = AttachmentId.of(network.name(), request);
    Ipam ipam = Ipam.toRemove(network, request);
    if (network.usesOvs()) {
      OvsPorts.require(host);
    }
    return unplug(network, id.vifId(), pods(request.variable(CNI_NETNS)))
        .thenApplyAsync(
            unplugged -> {
              require(unplugged);
              ipam.delete(id);
              return CniAnswer.of("");
            },
            WaitingThreads.POOL);
  }

  private CompletableFuture<CniAnswer> check(CniRequest request) {
    NetworkConfiguration network = NetworkConfiguration.read(request);
    AttachmentId id = AttachmentId.of(network.name(), request);
    if (network.previous() == null) {
      throw new CniException(
          CniException.INVALID_CONFIGURATION, "prevResult is missing: CHECK needs what ADD made");
    }
    Ipam.of(network, request).check(id);
    Netns pod = openPod(request.variable(CNI_NETNS), opened -> opened.visit(() -> opened));
    return HostLook.at(
            host,
            id.vifId(),
            "what the pod has",
            () -> new AttachmentCheck(host, id, network, pod, rules).run())
        .whenComplete((looked, failed) -> pod.close())
        .thenApply(looked -> CniAnswer.of(""));
  }

  private CompletableFuture<CniAnswer> collect(CniRequest request) {
    NetworkConfiguration network = NetworkConfiguration.readToRemove(request);
    return new GarbageCollection(host, network, records, rules)
        .run(Ipam.toRemove(network, request), (vifId, pods) -> unplug(network, vifId, pods))
        .thenApply(collected -> CniAnswer.of(""));
  }

  private CompletableFuture<CniAnswer> status(CniRequest request) {
    NetworkConfiguration network = NetworkConfiguration.read(request);
    network.attachment().status(host, network.name());
    Ipam.of(network, request).status();
    CompletableFuture<Void> looked =
        network.attachment().takesDevices()
            ? HostLook.at(
                host, STATUS_TURN, "the host's devices", () -> lookAtDevices(network.attachment()))
            : CompletableFuture.completedFuture(null);
    return looked.thenApply(done -> CniAnswer.of(""));
  }

  private void lookAtDevices(PodAttachment attachment) {
    try {
      attachment.statusOfDevices(records.devices());
    } catch (IOException unreadable) {
      throw new CniException(
          CniException.UNAVAILABLE,
          "what pods have cannot be read",
          unreadable.getMessage(),
          unreadable);
    }
  }

  /** Closes sockets; nothing may be under way. */
  @Override
  public void close() {
    rules.close();
  }
}

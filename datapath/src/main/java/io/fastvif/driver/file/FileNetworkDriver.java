package io.fastvif.driver.file;

import io.fastvif.VifHost;
import io.fastvif.bindings.Failure;
import io.fastvif.bindings.FailureKind;
import io.fastvif.driver.Endpoint;
import io.fastvif.driver.EndpointConstraints;
import io.fastvif.driver.EndpointId;
import io.fastvif.driver.EndpointReleaseException;
import io.fastvif.driver.EndpointRequest;
import io.fastvif.driver.EndpointType;
import io.fastvif.driver.EndpointUnavailableException;
import io.fastvif.driver.NetworkDriver;
import io.fastvif.driver.NetworkDriverFactory;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugResult;
import io.fastvif.files.HostPath;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The driver {@code file}: gives endpoints on the networks that a JSON file describes.
 *
 * <p>Each request and each release waits for its end. Callers who plug ports by the hundred from
 * one thread had better hand VIFs to the {@link VifHost}, which then go together.
 *
 * <p>The requests and releases of one port follow one another in this driver. Those of a port must
 * all go through one driver; different ports may be served by drivers in several processes.
 */
public final class FileNetworkDriver implements NetworkDriver {
  private static final String NAME = "file";
  private static final String NETWORKS = "networks";
  private static final int PORT_LOCKS = 64;

  private final Map<String, DescribedNetwork> networks;
  private final Plugging plugging;
  // Each lock serves many ports. Without it, a request that fails would give back the device of a
  // pool that another request for the same port was given meanwhile.
  private final Object[] locks = new Object[PORT_LOCKS];

  /** Finds the driver. */
  public static final class Factory implements NetworkDriverFactory {
    /** Makes the factory. */
    public Factory() {}

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public List<String> options() {
      return List.of(NETWORKS);
    }

    @Override
    public NetworkDriver create(PluginOptions options, VifHost host) {
      String path = options.text(NETWORKS, "");
      if (path.isEmpty()) {
        throw InvalidInputException.of(
            NAME + "." + NETWORKS, "is not set", "the path of a file of networks");
      }
      return open(path, host, VifPlugger.of(host));
    }
  }

  FileNetworkDriver(Map<String, DescribedNetwork> networks, Plugging plugging) {
    this.networks = networks;
    this.plugging = plugging;
    Arrays.setAll(locks, i -> new Object());
  }

  /**
   * The driver of the networks that a file describes.
   *
   * @param path of the file
   * @param plugger plugs on that host
   * @throws InvalidInputException if the file is not what it must be
   */
  public static FileNetworkDriver open(String path, VifHost host, VifPlugger plugger) {
    try {
      return of(NetworksFile.read(HostPath.of(path)), host, plugger);
    } catch (InvalidInputException wrong) {
      throw wrong.under(path + ":$");
    }
  }

  static FileNetworkDriver of(NetworksFile file, VifHost host, VifPlugger plugger) {
    boolean usesOvs = file.networks().values().stream().anyMatch(OvsNetwork.class::isInstance);
    return new FileNetworkDriver(
        file.networks(), new HostPlugging(host, plugger, file.options(), usesOvs));
  }

  @Override
  public Endpoint request(EndpointRequest request, Consumer<String> notes) {
    DescribedNetwork network = network(request.network());
    SequencedMap<EndpointType, String> reasons = new LinkedHashMap<>();
    EnumSet<FailureKind> kinds = EnumSet.noneOf(FailureKind.class);
    synchronized (lock(request.port())) {
      for (EndpointType type : request.acceptable()) {
        try {
          return make(network, type, request, notes);
        } catch (UnsuitedException unsuited) {
          reasons.put(type, unsuited.getMessage());
          kinds.add(unsuited.kind());
        }
      }
    }
    throw new EndpointUnavailableException(
        request, reasons, kinds.size() == 1 ? kinds.iterator().next() : FailureKind.OTHER);
  }

  private Endpoint make(
      DescribedNetwork network, EndpointType type, EndpointRequest request, Consumer<String> notes)
      throws UnsuitedException {
    check(network, type, request.constraints());
    EndpointId id = new EndpointId(request.network(), type, request.port());
    HostSnapshot host = plugging.snapshot();
    network.check(id, request.constraints(), host);
    Attachment attachment = network.claim(id, request.mac().orElse(null), host);
    boolean giveBack = attachment.fresh();
    Failure failure;
    String problem;
    try {
      PlugResult result = plugging.plug(attachment, instance(request));
      if (result.outcome() != Outcome.FAILED) {
        result.notes().forEach(notes);
        return attachment.endpoint();
      }
      // What could not be undone may be in the way of whoever gets the device next.
      giveBack &= result.failure().leftBehind().isEmpty();
      failure = result.failure();
      problem = reason(result.failure());
    } catch (UnsuitedException notBegun) {
      failure = notBegun;
      problem = notBegun.getMessage();
    }
    if (giveBack) {
      try {
        network.dispose(id);
      } catch (UnsuitedException kept) {
        problem += "; " + kept.getMessage();
      }
    }
    throw new UnsuitedException(failure, problem);
  }

  private static void check(
      DescribedNetwork network, EndpointType type, EndpointConstraints constraints)
      throws UnsuitedException {
    if (!network.types().contains(type)) {
      throw new UnsuitedException(
          "a network of kind "
              + network.kind()
              + " gives "
              + String.join(
                  ", ", network.types().stream().map(EndpointType::toString).sorted().toList()));
    }
    int mtu = network.basics().mtu();
    if (constraints.mtu().orElse(0) > mtu) {
      throw new UnsuitedException(
          "the network's MTU is " + mtu + ", not " + constraints.mtu().getAsInt());
    }
    if (constraints.hotPlug() && !network.basics().hotPlug()) {
      throw new UnsuitedException("the network's endpoints are not for running guests");
    }
  }

  /** What the plugin refuses needs neither the VIF's id nor a step to be understood. */
  private static String reason(PlugFailure failure) {
    return failure.wrongInput() == null ? failure.message() : failure.wrongInput().getMessage();
  }

  private static InstanceInfo instance(EndpointRequest request) {
    return request
        .instance()
        .map(id -> InstanceInfo.builder().uuid(id.toString()).build())
        .orElse(null);
  }

  @Override
  public void release(EndpointId id, Consumer<String> notes) {
    DescribedNetwork network = network(id.network());
    if (!network.types().contains(id.type())) {
      throw InvalidInputException.ofValue(
          "endpoint", id.toString(), "is none of the network's", "one that it gave");
    }
    synchronized (lock(id.port())) {
      try {
        HostSnapshot host = plugging.snapshot();
        Optional<Attachment> attachment = network.claimed(id, host);
        if (attachment.isPresent()) {
          PlugResult result = plugging.unplug(attachment.get());
          if (result.outcome() == Outcome.FAILED) {
            throw new UnsuitedException(result.failure(), reason(result.failure()));
          }
          result.notes().forEach(notes);
        }
        network.dispose(id);
      } catch (UnsuitedException failed) {
        throw new EndpointReleaseException(id, failed.getMessage(), failed);
      }
    }
  }

  private DescribedNetwork network(String name) {
    DescribedNetwork network = networks.get(name);
    if (network == null) {
      throw InvalidInputException.ofValue(
          "network",
          name,
          "is not described here",
          networks.isEmpty() ? "none" : "one of " + String.join(", ", networks.keySet()));
    }
    return network;
  }

  private Object lock(UUID port) {
    return locks[Math.floorMod(port.hashCode(), PORT_LOCKS)];
  }
}

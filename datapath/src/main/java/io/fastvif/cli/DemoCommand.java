package io.fastvif.cli;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.VifOperation;
import io.fastvif.json.PlugRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.plan.Action;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.plugin.bridge.LinuxBridgePlugin;
import io.fastvif.vif.Vif;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code demo}: the main job in private network namespaces, with nothing set up before. */
final class DemoCommand extends Command {
  private static final Option VIFS =
      Option.value("--vifs", "N", "How many VIFs to plug (2 to 20000; 500 unless given).");
  private static final Option THREADS =
      Option.value("--threads", "T", "How many threads submit them (1 to 64; 4 unless given).");
  private static final Option JSON = Option.flag("--json", "Print the figures as JSON.");
  private static final int WARM_UP_VIFS = 100;
  private static final int PINGS = 3;
  private static final int GUEST_PREFIX_LENGTH = 24;
  private static final byte[] FIRST_GUEST = {10, 64, 0, 1};
  private static final byte[] SECOND_GUEST = {10, 64, 0, 2};

  private static final Map<String, String> VETH = Map.of("linux_bridge.create_port", "veth");
  private static final Map<String, String> TAP = Map.of("linux_bridge.create_port", "tap");

  DemoCommand() {
    super(
        "demo",
        "Plug VIFs in a private network namespace, ping through them, unplug them, and measure it"
            + " beside ip -batch. Needs root and nothing else.",
        null,
        VIFS,
        THREADS,
        JSON);
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err)
      throws IOException, InterruptedException {
    int vifs = arguments.number(VIFS, 500, 2, 20_000);
    int threads = arguments.number(THREADS, 4, 1, 64);
    Progress progress = new Progress(err);
    DemoReport report = new DemoReport(vifs, threads);
    warmUp(threads, progress);
    List<PlugRequest> requests = DemoVifs.make(vifs);
    try (Netns namespace = Netns.createPrivate();
        VifHost host = VifHost.open(VifHostOptions.byDefault().withNamespace(namespace))) {
      List<PlugPlan> plans = plans(requests, host.snapshot());
      report.plug = execute(host, Action.PLUG, requests, threads, "fastvif: plug", progress);
      report.pingsSent = PINGS;
      report.pingsAnswered = ping(namespace, requests);
      progress.end("fastvif: ping answered", report.pingsAnswered);
      report.unplug = execute(host, Action.UNPLUG, requests, threads, "fastvif: unplug", progress);
      report.left = (int) host.snapshot().links().stream().filter(DemoCommand::isVifs).count();
      compare(plans, report, progress);
    }
    report.print(out, arguments.has(JSON));
    return report.isGood() ? Fastvif.DONE : Fastvif.FAILED;
  }

  /** Lets the JVM load and compile what an agent has long since, in a namespace of its own. */
  private void warmUp(int threads, Progress progress) throws IOException, InterruptedException {
    List<PlugRequest> requests = DemoVifs.make(WARM_UP_VIFS);
    try (Netns namespace = Netns.createPrivate();
        VifHost host = VifHost.open(VifHostOptions.byDefault().withNamespace(namespace))) {
      for (Action action : List.of(Action.PLUG, Action.UNPLUG)) {
        execute(host, action, requests, threads, "fastvif: warm-up", progress);
      }
    }
  }

  private static Measurement execute(
      VifHost host,
      Action action,
      List<PlugRequest> requests,
      int threads,
      String work,
      Progress progress)
      throws IOException, InterruptedException {
    List<VifOperation> operations = new ArrayList<>(requests.size());
    for (int i = 0; i < requests.size(); i++) {
      PlugRequest request = requests.get(i);
      VifOperation operation =
          action == Action.PLUG ? VifOperation.plug(request) : VifOperation.unplug(request);
      operations.add(operation.with(options(i)));
    }
    return BatchRun.execute(host, operations, threads, work, progress);
  }

  private static Map<String, String> options(int number) {
    return isVeth(number) ? VETH : TAP;
  }

  private static boolean isVifs(LinkState link) {
    return link.kind().equals("veth") || link.kind().equals("tun");
  }

  /** The first two VIFs and then every other one are veth pairs, the rest taps. */
  static boolean isVeth(int number) {
    return number < 2 || number % 2 == 0;
  }

  /** What is plugged, for the peers to do the same. */
  private static List<PlugPlan> plans(List<PlugRequest> requests, HostSnapshot host) {
    VifPlugins veths = VifPlugins.installed(VETH);
    VifPlugins taps = VifPlugins.installed(TAP);
    List<PlugPlan> plans = new ArrayList<>(requests.size());
    for (int i = 0; i < requests.size(); i++) {
      PlugRequest request = requests.get(i);
      Vif vif = request.vif();
      VifPlugins plugins = isVeth(i) ? veths : taps;
      plans.add(plugins.of(vif).plug(vif, request.instance().orElse(null), host));
    }
    return plans;
  }

  /** Moves the guest's ends of two VIFs into namespaces of their own, and pings between them. */
  private static int ping(Netns host, List<PlugRequest> requests) {
    try (Netns first = Netns.createPrivate();
        Netns second = Netns.createPrivate()) {
      moveGuest(host, requests.get(0).vif(), first, FIRST_GUEST);
      moveGuest(host, requests.get(1).vif(), second, SECOND_GUEST);
      return first.call(() -> Ping.echo(SECOND_GUEST, PINGS));
    }
  }

  private static void moveGuest(Netns host, Vif vif, Netns guest, byte[] address) {
    String name = LinuxBridgePlugin.peerName(vif.id().get());
    host.call(
        () -> {
          try (RouteSocket socket = RouteSocket.open()) {
            int index = socket.indexOf(name);
            socket.execute(socket.link().set(index).namespaceDescriptor(guest.descriptor()));
          }
          return null;
        });
    guest.call(
        () -> {
          try (RouteSocket socket = RouteSocket.open()) {
            int index = socket.indexOf(name);
            socket.execute(socket.address().add(index, address, GUEST_PREFIX_LENGTH));
            socket.execute(socket.link().set(index).up());
          }
          return null;
        });
  }

  private static void compare(List<PlugPlan> plans, DemoReport report, Progress progress)
      throws IOException {
    Optional<String> missing = IpBatch.missing();
    if (missing.isPresent()) {
      report.peerMissing = missing.get();
      return;
    }
    try (Netns namespace = Netns.createPrivate()) {
      IpBatch peer = new IpBatch(namespace, true);
      report.peerPlug = peer.plug(plans);
      progress.end("ip -batch: plug", plans.size());
      report.peerUnplug = peer.unplug(plans);
      progress.end("ip -batch: unplug", plans.size());
    }
    try (Netns namespace = Netns.createPrivate()) {
      report.tunedPeerPlug = new IpBatch(namespace, false).plug(plans);
      progress.end("ip -batch, addrgenmode none: plug", plans.size());
    }
  }
}

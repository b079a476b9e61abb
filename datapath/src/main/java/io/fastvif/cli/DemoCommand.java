package io.fastvif.cli;

import io.fastvif.engine.PlugEngine;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.plan.Action;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.plugin.bridge.LinuxBridgePlugin;
import io.fastvif.vif.Vif;
import io.fastvif.vif.json.PlugRequest;
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

  private final VifPlugins veths = VifPlugins.installed(Map.of("linux_bridge.create_port", "veth"));
  private final VifPlugins taps = VifPlugins.installed(Map.of("linux_bridge.create_port", "tap"));

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
    try (Netns host = Netns.createPrivate();
        PlugEngine engine = PlugEngine.builder().namespace(host).build().start()) {
      List<PlugPlan> plug = plans(Action.PLUG, requests, engine.snapshot());
      report.plug = BatchRun.execute(engine, plug, threads, "fastvif: plug", progress);
      report.pingsSent = PINGS;
      report.pingsAnswered = ping(host, requests);
      progress.end("fastvif: ping answered", report.pingsAnswered);
      List<PlugPlan> unplug = plans(Action.UNPLUG, requests, engine.snapshot());
      report.unplug = BatchRun.execute(engine, unplug, threads, "fastvif: unplug", progress);
      report.left = (int) engine.snapshot().links().stream().filter(DemoCommand::isVifs).count();
      compare(plug, report, progress);
    }
    report.print(out, arguments.has(JSON));
    return report.isGood() ? Fastvif.DONE : Fastvif.FAILED;
  }

  /** Lets the JVM load and compile what an agent has long since, in a namespace of its own. */
  private void warmUp(int threads, Progress progress) throws IOException, InterruptedException {
    List<PlugRequest> requests = DemoVifs.make(WARM_UP_VIFS);
    try (Netns host = Netns.createPrivate();
        PlugEngine engine = PlugEngine.builder().namespace(host).build().start()) {
      for (Action action : List.of(Action.PLUG, Action.UNPLUG)) {
        List<PlugPlan> plans = plans(action, requests, engine.snapshot());
        BatchRun.execute(engine, plans, threads, "fastvif: warm-up", progress);
      }
    }
  }

  private static boolean isVifs(LinkState link) {
    return link.kind().equals("veth") || link.kind().equals("tun");
  }

  /** The first two VIFs and then every other one are veth pairs, the rest taps. */
  static boolean isVeth(int number) {
    return number < 2 || number % 2 == 0;
  }

  private List<PlugPlan> plans(Action action, List<PlugRequest> requests, HostSnapshot host) {
    List<PlugPlan> plans = new ArrayList<>(requests.size());
    for (int i = 0; i < requests.size(); i++) {
      VifPlugins plugins = isVeth(i) ? veths : taps;
      PlugRequest request = requests.get(i);
      Vif vif = request.vif();
      plans.add(
          action == Action.PLUG
              ? plugins.of(vif).plug(vif, request.instance().orElse(null), host)
              : plugins.of(vif).unplug(vif, request.instance().orElse(null), host));
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

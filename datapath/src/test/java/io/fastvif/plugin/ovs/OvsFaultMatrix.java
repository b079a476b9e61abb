package io.fastvif.plugin.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.VifOperation;
import io.fastvif.bindings.Errno;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.testing.Await;
import io.fastvif.testing.FailingCalls;
import io.fastvif.testing.FaultMatrix;
import io.fastvif.testing.Peer;
import io.fastvif.vif.Vif;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Plugs and unplugs ports of Open vSwitch, with one call of the database client's thread failing
 * each time, and looks at the rows and the links afterwards.
 */
final class OvsFaultMatrix {
  private static final int MAX_CALLS = 2000;
  private static final String THREAD = "fastvif-ovsdb";
  private static final Vif BYSTANDER = OvsVifs.tap(1);
  private static final List<Vif> SUBJECTS = List.of(OvsVifs.tap(2), OvsVifs.hybrid(3));

  private static final String SELECT =
      "[\"Open_vSwitch\","
          + select("Bridge", "ports")
          + ","
          + select("Port", "interfaces")
          + ","
          + select("Interface", "external_ids")
          + "]";

  private final FailingCalls calls = FailingCalls.here();
  private final String database;
  private final HostConfiguration configuration;
  private final String expected;

  private OvsFaultMatrix(String address) throws Exception {
    database = address;
    configuration =
        HostConfiguration.builder(Map.of())
            .option("ovs.ovsdb_connection", address)
            .option("ovs.ovs_vsctl_timeout", "20") // beyond which a failed call may not be felt
            .build();
    try (VifHost host = VifHost.open(VifHostOptions.of(configuration))) {
      assertEquals(Outcome.PLUGGED, run(host, BYSTANDER, true).outcome());
    }
    expected = state();
  }

  private static String select(String table, String column) {
    String columns = "[\"_uuid\",\"name\",\"" + column + "\"]";
    return "{\"op\":\"select\",\"table\":\"%s\",\"where\":[],\"columns\":%s}"
        .formatted(table, columns);
  }

  private static PlugResult run(VifHost host, Vif vif, boolean plug) throws Exception {
    VifOperation operation =
        plug
            ? VifOperation.plug(vif, OvsTestBed.INSTANCE)
            : VifOperation.unplug(vif, OvsTestBed.INSTANCE);
    return host.submit(operation).get(60, TimeUnit.SECONDS);
  }

  /** The rows of bridges, ports and interfaces, and the links. */
  private String state() throws Exception {
    StringBuilder state = new StringBuilder();
    state.append(
        Peer.require("ovsdb-client", "openvswitch-switch")
            .run(List.of("transact", database, SELECT)));
    LinkMessage link = new LinkMessage();
    try (RouteSocket route = RouteSocket.open()) {
      route.dump(
          route.link().dump(false), message -> state.append(link.wrap(message).name()).append(' '));
    }
    return state.toString();
  }

  /** Plays it once; returns whether a call failed. */
  private boolean play(int n, int errno) throws Exception {
    String what = "call " + n + " with " + Errno.name(errno);
    List<String> left = new ArrayList<>();
    calls.failNth(n, errno);
    try (VifHost host =
        VifHost.open(
            VifHostOptions.of(configuration).withErrorHandler(told -> left.add("" + told)))) {
      for (Vif vif : SUBJECTS) {
        PlugResult plugged = run(host, vif, true);
        PlugResult unplugged = run(host, vif, false);
        for (PlugResult result : List.of(plugged, unplugged)) {
          if (result.failure() != null) {
            left.addAll(result.failure().leftBehind());
          }
        }
      }
      String failed = calls.failed();
      calls.failNone();
      // Whatever has failed, the host goes on with the same client.
      String afterwards = what + " of " + failed + ", afterwards: ";
      for (Vif vif : SUBJECTS) {
        for (boolean plug : new boolean[] {true, false}) {
          PlugResult result = run(host, vif, plug);
          assertTrue(result.failure() == null, () -> afterwards + result.failure());
        }
      }
      assertEquals(List.of(), left, afterwards);
      Await.until("the bridges are deleted", () -> host.statistics().retiredBridges() == 0);
      assertEquals(expected, state(), afterwards);
      return failed != null;
    } finally {
      calls.failNone();
    }
  }

  private static boolean isWithoutThread() {
    return Thread.getAllStackTraces().keySet().stream()
        .noneMatch(thread -> thread.getName().startsWith(THREAD));
  }

  public static void main(String[] arguments) throws Exception {
    OvsFaultMatrix matrix = new OvsFaultMatrix(arguments[0]);
    matrix.play(Integer.MAX_VALUE, Errno.EIO);
    int points = 0;
    long descriptors = 0;
    boolean hasFailed = true;
    for (int n = 1; hasFailed; n++) {
      assertTrue(n < MAX_CALLS, "the calls have no end");
      hasFailed = false;
      for (int errno : FaultMatrix.errnos(n)) {
        boolean failed = matrix.play(n, errno);
        points += failed ? 1 : 0;
        hasFailed |= failed;
      }
      Await.until("the client's thread ends", OvsFaultMatrix::isWithoutThread);
      long open = FaultMatrix.descriptors();
      assertTrue(n == 1 || open <= descriptors, "descriptors: " + descriptors + ", then " + open);
      descriptors = n == 1 ? open : descriptors;
    }
    System.out.println("fault matrix of the database client: " + points + " injection points");
  }
}

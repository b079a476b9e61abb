package io.fastvif.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.observe.HostReader;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Links;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TemporaryNameTest {
  private static List<String> steps(LinkState link, LinkChangeStep change) {
    HostSnapshot host = new SnapshotBuilder().link(link).build();
    return change.of(LinkChange.of(host, link.name())).plan().steps().stream()
        .map(planned -> planned.step().toString())
        .toList();
  }

  private interface LinkChangeStep {
    LinkChange of(LinkChange change);
  }

  private static LinkState link(String name, String... altnames) {
    return Links.link(7, name, "").withNames(name, List.of(altnames));
  }

  @Test
  void aLinkThatHasTheNameIsLeft() {
    assertEquals(List.of(), steps(link("rep0"), change -> change.giveName("rep0", true)));
    assertEquals(List.of(), steps(link("rep0"), LinkChange::takeNameBack));
    assertEquals(Optional.empty(), TemporaryName.former(link("rep0", "eth4")));
  }

  @Test
  void resumesAnInterruptedRename() {
    assertEquals(
        List.of("rename eth4 to rep0"),
        steps(link("eth4", "fastvif-was-eth4"), change -> change.giveName("rep0", false)));
    assertEquals(
        List.of("delete altname fastvif-was-eth4 from eth4"),
        steps(link("eth4", "fastvif-was-eth4"), LinkChange::takeNameBack));
    LinkState renamed = link("rep0", "fastvif-was-eth4");
    assertEquals(
        List.of("add altname eth4 to rep0 unless taken"),
        steps(renamed, change -> change.giveName("rep0", true)));
    assertEquals(List.of(), steps(renamed, change -> change.giveName("rep0", false)));
  }

  @Test
  void aFormerNameThatAnotherLinkHasByNowIsNotMissed() {
    HostSnapshot host =
        new SnapshotBuilder()
            .link(link("rep0", "fastvif-was-eth4"))
            .link(Links.link(8, "eth4", ""))
            .build();
    assertEquals(List.of(), LinkChange.of(host, "rep0").giveName("rep0", true).plan().steps());
  }

  @Test
  void aSecondNameDoesNotCoverTheFirst() {
    LinkState once = link("rep0", "fastvif-was-eth4", "eth4");
    assertEquals(Optional.of("eth4"), TemporaryName.former(once));
    assertEquals(
        List.of("rename rep0 to rep1"), steps(once, change -> change.giveName("rep1", true)));
    assertEquals(
        List.of(
            "delete altname eth4 from rep0",
            "rename rep0 to eth4",
            "delete altname fastvif-was-eth4 from eth4"),
        steps(once, LinkChange::takeNameBack));
  }

  @Test
  void anAltnameOfItsOwnBecomesTheNameAndGoesBack() {
    List<String> there =
        steps(link("eth4", "enp3s0r4"), change -> change.giveName("enp3s0r4", false));
    assertEquals(
        List.of(
            "add altname fastvif-was-eth4 to eth4",
            "add altname fastvif-had-enp3s0r4 to eth4",
            "delete altname enp3s0r4 from eth4",
            "rename eth4 to enp3s0r4"),
        there);
    assertEquals(
        List.of(
            "rename enp3s0r4 to eth4",
            "add altname enp3s0r4 to eth4 unless taken",
            "delete altname fastvif-had-enp3s0r4 from eth4",
            "delete altname fastvif-was-eth4 from eth4"),
        steps(
            link("enp3s0r4", "fastvif-was-eth4", "fastvif-had-enp3s0r4"),
            LinkChange::takeNameBack));
  }

  /** In one batch, which the engine finds when it starts. */
  private static void execute(List<PlugPlan> plans, Outcome expected) {
    List<CompletableFuture<PlugResult>> results = new ArrayList<>();
    try (PlugEngine engine = PlugEngine.builder().build()) {
      for (PlugPlan plan : plans) {
        results.add(engine.submit(plan).orElseThrow().toCompletableFuture());
      }
      engine.start();
      for (CompletableFuture<PlugResult> result : results) {
        assertEquals(expected, result.join().outcome(), () -> "" + result.join());
      }
    }
  }

  private static List<String> links(RouteSocket route) {
    return HostReader.read(route).links().stream()
        .map(one -> one.index() + one.name() + new HashSet<>(one.altnames()) + one.up())
        .toList();
  }

  @KernelTest
  void theKernelDoesItAndAllIsAsBefore() {
    try (RouteSocket route = RouteSocket.open()) {
      for (int i = 0; i < 4; i++) {
        route.execute(route.link().create("eth" + i).kind(new Veth().peerName("peer" + i)));
      }
      route.execute(route.link().set("eth0").up());
      route.execute(route.link().set("eth1").up());
      route.execute(
          route.link().addAltname(route.indexOf("eth2")).alternativeName("a-longer-name-of-it"));
      List<String> before = links(route);
      HostSnapshot host = HostReader.read(route);
      // Two exchange their names, one gets the name of another that leaves it.
      String[] names = {"eth1", "eth0", "eth3", "rep3"};
      List<PlugPlan> plans = new ArrayList<>();
      for (int i = 0; i < names.length; i++) {
        plans.add(LinkChange.of(host, "eth" + i).giveName(names[i], true).plan());
      }
      execute(plans, Outcome.CHANGED);
      for (int i = 0; i < names.length; i++) {
        assertEquals(host.link("eth" + i).orElseThrow().index(), route.indexOf(names[i]));
      }
      assertEquals(route.indexOf("eth3"), route.indexOf("eth2")); // kept, because it is free
      HostSnapshot named = HostReader.read(route);
      List<PlugPlan> back = new ArrayList<>();
      for (String name : names) {
        back.add(LinkChange.of(named, name).takeNameBack().plan());
      }
      execute(back, Outcome.CHANGED);
      assertEquals(before, links(route));
    }
  }

  @KernelTest
  void eachStepHasItsWayBack() {
    try (RouteSocket route = RouteSocket.open()) {
      route.execute(route.link().create("eth0").kind(new Veth().peerName("peer0")));
      route.execute(route.link().addAltname(route.indexOf("eth0")).alternativeName("rep0"));
      List<String> before = links(route);
      PlugPlan plan = LinkChange.of(HostReader.read(route), "eth0").giveName("rep0", true).plan();
      List<PlannedStep> steps = new ArrayList<>(plan.steps());
      assertEquals(5, steps.size());
      steps.add(PlannedStep.own(new NetlinkStep.RenameLink("none", 1 << 30, "never"), null));
      execute(
          List.of(
              new PlugPlan(
                  plan.vifId(),
                  plan.name(),
                  plan.action(),
                  plan.devices(),
                  null,
                  steps,
                  List.of())),
          Outcome.FAILED);
      assertEquals(before, links(route));
      assertTrue(route.indexOf("rep0") > 0);
    }
  }
}

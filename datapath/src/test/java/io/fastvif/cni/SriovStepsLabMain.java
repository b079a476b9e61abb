package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.plan.PlugPlan;
import io.fastvif.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Pods with a virtual function of which an ADD, or a DEL, was done up to each of its steps, as a
 * SIGKILL leaves it, in the lab: {@code SriovStepsLabMain LINK VF VF VF FOLDER}. Then DEL or GC, by
 * another engine, leaves the card, its functions and the other pod as they were.
 */
final class SriovStepsLabMain {
  private static final AttachmentId ONE = new AttachmentId("net", "one", "eth0");
  private static final String VALID = "[{\"containerID\":\"kept\",\"ifname\":\"eth0\"}]";

  private final String function;
  private final String unbound;
  private final String ofKept;
  private final Path info;
  private final PodRecords records;
  private String before;
  private Set<String> held;

  /** How what is left is taken away. */
  private enum End {
    DEL,
    GC,
    DEL_OF_GONE
  }

  private SriovStepsLabMain(String... arguments) throws Exception {
    function = arguments[1];
    ofKept = arguments[2];
    unbound = arguments[3];
    info = Path.of(arguments[4]).resolve("info/one.json");
    try (PodLab lab = new PodLab(SriovLabMain.HOME)) {
      records = new PodRecords(lab.records());
    }
  }

  /** Runs all. */
  public static void main(String[] arguments) throws Exception {
    new SriovStepsLabMain(arguments).run();
    Files.writeString(Path.of(arguments[4]).resolve("done"), "all");
  }

  private void run() throws Exception {
    try (PodLab lab = new PodLab(SriovLabMain.HOME)) {
      String network = network(lab, ofKept).replace("one.json", "kept.json");
      Netns kept = lab.pod();
      lab.done("ADD", "kept", kept, network);
      before = SriovLabMain.state();
      held = lab.held();
      for (String device : List.of(function, unbound)) {
        int steps = 0;
        for (End end : End.values()) {
          steps = addedUpToEachStep(device, end);
          deletedUpToEachStep(device, end);
        }
        System.out.println("steps of an ADD of " + device + ": " + steps);
        assertTrue(steps >= 4, "too few steps: " + steps);
      }
      lab.done("DEL", "kept", kept, network);
    }
    assertEquals(Set.of(), SriovLabMain.leases());
  }

  private String network(PodLab lab, String device) {
    return lab.network(
        "1.1.0",
        "sriov",
        ",'vlan':9,'spoofchk':'off','trust':'on','max_tx_rate':100,'deviceID':'"
            + device
            + "','runtimeConfig':{'mac':'02:00:00:00:00:07','CNIDeviceInfoFile':'"
            + info
            + "'}");
  }

  private int addedUpToEachStep(String device, End end) throws Exception {
    int steps = 1;
    for (int done = 1; done <= steps; done++) {
      Netns pod;
      try (Netns made = Netns.createPrivate()) {
        steps = add(device, made, done);
        pod = end == End.DEL_OF_GONE ? null : made;
        if (pod != null) {
          takeAway(device, pod, end, "ADD up to step " + done + " of " + steps);
        }
      }
      if (pod == null) {
        takeAway(device, null, end, "ADD up to step " + done + " of " + steps);
      }
    }
    return steps;
  }

  /** Does the first steps, and no more; how many there are. */
  private int add(String device, Netns pod, int done) throws Exception {
    try (PodLab lab = new PodLab(SriovLabMain.HOME)) {
      return AddSteps.add(lab, ONE, pod, network(lab, device), done);
    }
  }

  private void deletedUpToEachStep(String device, End end) throws Exception {
    int steps = 1;
    for (int done = 1; done <= steps; done++) {
      try (Netns pod = Netns.createPrivate();
          PodLab lab = new PodLab(SriovLabMain.HOME);
          PodRules rules = new PodRules()) {
        lab.done("ADD", ONE.containerId(), pod, network(lab, device));
        PlugPlan whole =
            AttachmentPlan.unplug(
                ONE.vifId(),
                List.of(Path.of(PodLab.path(pod))),
                records,
                rules,
                null,
                lab.host().snapshot());
        steps = whole.steps().size();
        AddSteps.execute(lab, whole, done);
        takeAway(device, pod, end, "DEL up to step " + done + " of " + steps);
      }
    }
  }

  private void takeAway(String device, Netns pod, End end, String after) throws Exception {
    String what = end + " after " + after + " of " + device;
    try (PodLab lab = new PodLab(SriovLabMain.HOME)) {
      String network = network(lab, device);
      if (end == End.GC) {
        lab.done("GC", "", null, PodLab.with(network, "cni.dev/valid-attachments", VALID));
      } else {
        Await.until(what, () -> isDeleted(lab, pod, network));
      }
      assertEquals(before, SriovLabMain.state(), what);
      assertEquals(Set.of(ofKept), SriovLabMain.leases(), what);
      assertEquals(held, lab.held(), what);
      assertFalse(Files.exists(info), what);
      assertEquals(Map.of(), left(), what);
    }
  }

  /** A link that is on its way out of a namespace that has ended is waited for by trying again. */
  private static boolean isDeleted(PodLab lab, Netns pod, String network) {
    CniAnswer answer = lab.ask("DEL", ONE.containerId(), pod, network);
    assertTrue(!answer.isError() || answer.text().contains("\"code\":11,"), answer.text());
    return !answer.isError();
  }

  /** What is written down of the pod. */
  private Map<String, Object> left() throws Exception {
    Map<String, Object> left = new TreeMap<>();
    records.read(ONE.vifId()).ifPresent(record -> left.put("record", record));
    records.devices().read(ONE.vifId()).ifPresent(device -> left.put("device", device));
    return left;
  }
}

package io.fastvif.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.HeldException;
import io.fastvif.plan.DeviceLease;
import io.fastvif.plan.FormerDevice;
import io.fastvif.plan.FormerDevice.FormerLink;
import io.fastvif.plan.FormerDevice.FormerRepresentor;
import io.fastvif.plan.VfLinkState;
import io.fastvif.plan.VfSettings;
import io.fastvif.plan.VfVlan;
import io.fastvif.plan.VlanProtocol;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who has which device, among processes and after the death of one. */
class DeviceLeasesTest {
  private static final List<PciAddress> POOL =
      IntStream.range(0, 256).mapToObj(i -> new PciAddress(0, 1 + i / 256, i / 8, i % 8)).toList();
  private static final PciAddress DEVICE = POOL.getFirst();

  @TempDir Path folder;

  private static DeviceLease everything() {
    VfSettings settings =
        VfSettings.of(3)
            .withAddress(MacAddress.parse("02:00:00:00:00:01"))
            .withVlan(new VfVlan(7, 2, VlanProtocol.DOT1AD))
            .withSpoofCheck(true)
            .withTrust(false)
            .withLinkState(VfLinkState.DISABLE)
            .withRates(10, 100)
            .withRssQuery(true)
            .withGuids(1L, 0x8899aabbccddeeffL);
    return new DeviceLease(
        "vif-1",
        true,
        new FormerDevice(
            "igbvf",
            "vfio-pci",
            "uio",
            settings,
            new FormerRepresentor("eth7", 1500, true),
            new FormerLink("eth9", MacAddress.parse("02:00:00:00:00:09"), 9000, true)),
        "cookie 3");
  }

  @Test
  void aLeaseIsReadAsItWasWritten() throws IOException {
    DeviceLeases leases = new DeviceLeases(folder.resolve("devices"));
    assertEquals(Optional.empty(), leases.read(DEVICE));
    assertEquals(Map.of(), leases.all());
    DeviceLease little =
        new DeviceLease("vif-2", false, new FormerDevice(null, null, null, VfSettings.of(0), null));
    for (DeviceLease lease : List.of(everything(), little, DeviceLease.reserved("a b=c"))) {
      DeviceLease before = leases.read(DEVICE).orElse(null);
      assertTrue(leases.change(DEVICE, before, lease));
      assertEquals(Optional.of(lease), new DeviceLeases(folder.resolve("devices")).read(DEVICE));
      assertEquals(Map.of(DEVICE, lease), leases.all());
    }
    assertTrue(leases.change(DEVICE, DeviceLease.reserved("a b=c"), null));
    assertEquals(Optional.empty(), leases.read(DEVICE));
  }

  @Test
  void changeFailsUnlessTheLeaseIsAsSeen() throws IOException {
    DeviceLeases leases = new DeviceLeases(folder);
    DeviceLease mine = DeviceLease.reserved("mine");
    assertTrue(leases.change(DEVICE, null, mine));
    assertFalse(leases.change(DEVICE, null, mine));
    assertEquals(
        DEVICE + " is leased to mine", refusal(leases, null, DeviceLease.reserved("other")));
    DeviceLease plugged = mine.plugged(everything().former(), "cookie 3");
    assertTrue(leases.change(DEVICE, mine, plugged));
    assertEquals(DEVICE + "'s lease to mine was changed meanwhile", refusal(leases, mine, null));
    assertEquals(Optional.of(plugged), leases.read(DEVICE));
    assertTrue(leases.change(DEVICE, plugged, null));
    assertEquals(DEVICE + " is no longer leased to mine", refusal(leases, plugged, mine));
  }

  private static String refusal(DeviceLeases leases, DeviceLease seen, DeviceLease wanted) {
    return assertThrows(IOException.class, () -> leases.change(DEVICE, seen, wanted)).getMessage();
  }

  @Test
  void malformedLeasesAreReported() throws IOException {
    Files.writeString(folder.resolve(DEVICE.toString()), "reserved=true\n");
    DeviceLeases leases = new DeviceLeases(folder);
    String why = assertThrows(IOException.class, () -> leases.read(DEVICE)).getMessage();
    assertTrue(why.startsWith(folder.resolve(DEVICE.toString()).toString()), why);
    assertTrue(why.endsWith("not a lease: it has no holder"), why);
    Files.writeString(folder.resolve(DEVICE.toString()), "holder=x\nplugged=maybe\n");
    assertThrows(IOException.class, () -> leases.change(DEVICE, null, everything()));
    // Others' are read all the same, whatever else is in the folder.
    PciAddress other = POOL.get(1);
    leases.change(other, null, everything());
    Files.writeString(folder.resolve("a:b:c.d"), "");
    assertEquals(Map.of(other, everything()), leases.all());
    assertEquals(Set.of(DEVICE), leases.unreadable().keySet());
  }

  /** Two processes take what they can get of one pool, until nothing is left. */
  @Test
  void noDeviceIsLeasedTwiceByTwoProcesses() throws Exception {
    List<Process> processes = List.of(leasing("a", "b"), leasing("b", "a"));
    try {
      start(processes);
      Set<String> devices = new HashSet<>();
      int count = 0;
      for (Process process : processes) {
        List<String> printed = process.inputReader().lines().toList();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertFalse(printed.isEmpty(), "both get some");
        count += printed.size();
        devices.addAll(printed);
      }
      assertEquals(POOL.size(), count);
      assertEquals(POOL.size(), devices.size());
      assertEquals(POOL.size(), new DeviceLeases(folder).all().size());
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
  }

  /** What a process had when it was killed it still has, and nobody waits for it. */
  @Test
  void leasesOutliveTheHolder() throws Exception {
    Process process = leasing("dead", "dead");
    List<String> printed = new ArrayList<>();
    try {
      start(List.of(process));
      BufferedReader reader = process.inputReader();
      while (printed.size() < POOL.size() / 4) {
        printed.add(reader.readLine());
      }
    } finally {
      process.destroyForcibly(); // SIGKILL
      process.waitFor();
    }
    DeviceLeases leases = new DeviceLeases(folder);
    Map<PciAddress, DeviceLease> left = leases.all();
    for (String device : printed) {
      assertEquals("dead", left.get(PciAddress.parse(device)).holder());
    }
    PciAddress last = POOL.getLast();
    leases.change(last, left.get(last), DeviceLease.reserved("heir"));
    assertEquals("heir", leases.read(last).orElseThrow().holder());
  }

  private static void start(List<Process> processes) throws IOException {
    for (Process process : processes) {
      assertEquals("ready", process.inputReader().readLine());
    }
    for (Process process : processes) {
      process.outputWriter().append("go\n").flush();
    }
  }

  private Process leasing(String holder, String other) throws IOException {
    String classPath =
        System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path");
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classPath,
            DeviceLeasesTest.class.getName(),
            folder.toString(),
            holder,
            other)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** One of the processes: prints each device that it has got, once the other has one, too. */
  public static void main(String[] arguments) throws Exception {
    DeviceLeases leases = new DeviceLeases(Path.of(arguments[0]));
    PrintStream out = System.out;
    out.println("ready");
    if (System.in.read() != 'g') {
      throw new EOFException("the test is gone");
    }
    for (PciAddress device : POOL) {
      try {
        lease(leases, device, DeviceLease.reserved(arguments[1]));
        out.println(device);
        while (leases.all().values().stream()
            .noneMatch(lease -> lease.holder().equals(arguments[2]))) {
          Thread.onSpinWait();
        }
      } catch (IOException taken) {
        if (!taken.getMessage().contains("is leased to")) {
          throw taken;
        }
      }
    }
  }

  /** Until the other process is not at it. */
  private static void lease(DeviceLeases leases, PciAddress device, DeviceLease wanted)
      throws IOException {
    while (true) {
      try {
        leases.change(device, null, wanted);
        return;
      } catch (HeldException held) {
        LockSupport.parkNanos(100_000);
      }
    }
  }
}

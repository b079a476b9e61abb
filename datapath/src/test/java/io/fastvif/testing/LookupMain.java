package io.fastvif.testing;

import io.fastvif.plan.LinkId;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.SriovSnapshot;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.switchdev.SwitchdevMonitor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Runs in the lab: for each file named on standard input, writes what stands for each virtual
 * function now, as os-vif-lookups.py does, and says so. One monitor sees all the changes between.
 */
public final class LookupMain {
  private LookupMain() {}

  /** Serves standard input. */
  public static void main(String[] arguments) throws IOException {
    BufferedReader files =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (SwitchdevMonitor monitor = SwitchdevMonitor.open()) {
      for (String file = files.readLine(); file != null; file = files.readLine()) {
        Files.writeString(Path.of(file), lookups(monitor));
        System.out.println("written");
      }
      System.out.println("readings " + monitor.readings());
    }
  }

  private static String lookups(SwitchdevMonitor monitor) {
    SriovSnapshot functions = monitor.snapshot();
    StringBuilder text = new StringBuilder();
    for (PhysicalFunctionState pf : functions.physicalFunctions()) {
      for (VirtualFunctionState listed : functions.virtualFunctions(pf.address())) {
        // by its address alone, as a VIF names it
        VirtualFunctionState vf =
            monitor.snapshot().virtualFunction(listed.address()).orElseThrow();
        text.append(vf.address()).append(" pf=").append(vf.physicalFunction());
        text.append(" number=").append(vf.number()).append(" link=").append(vf.link());
        text.append(" uplink=").append(name(Optional.ofNullable(pf.link())));
        text.append(" representor=").append(name(Optional.ofNullable(vf.representor())));
        text.append('\n');
      }
    }
    return text.toString();
  }

  private static String name(Optional<LinkId> link) {
    return link.map(LinkId::name).orElse("none");
  }
}

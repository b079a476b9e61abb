package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Lab;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Virtual functions of a card that Debian's igb drives, for pods. */
class SriovLabTest {
  @TempDir Path out;

  @Test
  void podsGetFunctionsAndGiveThemBackAndWhatWasBrokenOffIsTakenAway() throws Exception {
    Lab lab =
        Lab.of("pods.sh", out)
            .seconds(1500)
            .launcher("pods", SriovLabMain.class)
            .launcher("steps", SriovStepsLabMain.class)
            .run();
    assertEquals("all", lab.text("of-pods/done"), lab.log());
    assertEquals("all", lab.text("of-steps/done"), lab.log());
    assertTrue(lab.log().contains("steps of an ADD of "), lab.log());
  }

  /** Of a card in switchdev mode, whose representors are ports of Open vSwitch. */
  @Test
  void representorsArePortsOfOpenVSwitch() throws Exception {
    Lab lab =
        Lab.of("pod-representors.sh", out)
            .seconds(600)
            .launcher("pods", RepresentorLabMain.class)
            .run();
    assertEquals("all\n", lab.text("done"), lab.log());
  }
}

package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.KernelTest;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkConfigurationTest {
  @TempDir Path folder;

  @KernelTest
  void whatIsNotSupportedIsRefusedByName() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      String network = lab.network("1.0.0", "bridge", "");
      for (String more :
          new String[] {
            "\"enabledad\":true",
            "\"mtuu\":1400",
            "\"runtimeConfig\":{\"portMappings\":{}}",
            "\"ipMasqBackend\":\"iptables\""
          }) {
        String wrong = network.substring(0, network.length() - 1) + "," + more + "}";
        String error = lab.refused(CniException.UNSUPPORTED_FIELD, "ADD", "one", lab.pod(), wrong);
        assertTrue(error.contains(more.substring(1, 5)), error);
      }
      assertEquals(Set.of(), lab.held());
      // Nothing is said of what is off.
      String off = network.substring(0, network.length() - 1) + ",\"vlan\":0,\"vlanTrunk\":[]}";
      Map<String, String> variables = PodLab.variables("ADD", "one", lab.pod());
      assertFalse(
          new CniPlugin(lab.host()).answer(new CniRequest(variables, off)).join().isError());
      lab.done("DEL", "one", null, off);
    }
  }

  @KernelTest
  void errorsHaveTheCodesOfTheSpecification() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      String network = lab.network("1.0.0", "bridge", "");
      lab.refused(
          CniException.INCOMPATIBLE_VERSION,
          "ADD",
          "one",
          lab.pod(),
          network.replace("1.0.0", "0.2.0"));
      lab.refused(CniException.INVALID_ENVIRONMENT, "ADD", "../one", lab.pod(), network);
      lab.refused(CniException.INVALID_ENVIRONMENT, "ADD", "one", null, network);
      lab.refused(CniException.INVALID_ENVIRONMENT, "FROB", "one", null, network);
      lab.refused(CniException.DECODING_FAILURE, "ADD", "one", lab.pod(), "{");
      String noFile = network.replace("\"host-local\"", "\"a\\u0000\"");
      String type =
          lab.refused(CniException.INVALID_CONFIGURATION, "ADD", "one", lab.pod(), noFile);
      assertTrue(type.contains("ipam.type"), type);
      lab.refused(
          CniException.INVALID_CONFIGURATION,
          "ADD",
          "one",
          lab.pod(),
          network.replace("\"bridge\"", "\"frob\""));
      lab.refused(CniException.INVALID_CONFIGURATION, "CHECK", "one", lab.pod(), network);
      Map<String, String> gone = PodLab.variables("ADD", "one", null);
      gone.put("CNI_NETNS", "/run/netns/fastvif-none");
      CniAnswer answer = new CniPlugin(lab.host()).answer(new CniRequest(gone, network)).join();
      assertTrue(answer.text().contains("\"code\":3,"), answer.text());
    }
  }

  /** Whatever comes is answered by an error object with a code that was meant. */
  @Test
  void brokenConfigurationsAreErrors() {
    Random random = new Random(7);
    String whole =
        "{\"cniVersion\":\"1.0.0\",\"name\":\"net\",\"attachment\":\"bridge\",\"mtu\":1400,"
            + "\"ipam\":{\"type\":\"static\",\"addresses\":[{\"address\":\"10.0.0.2/24\"}]},"
            + "\"prevResult\":{\"ips\":[{\"address\":\"10.0.0.2/24\"}],\"interfaces\":[]}}";
    int refused = 0;
    for (int i = 0; i < 3000; i++) {
      StringBuilder text = new StringBuilder(whole);
      for (int j = 0; j <= random.nextInt(3); j++) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.deleteCharAt(at);
          case 1 -> text.setCharAt(at, "{}[]\",:0a-".charAt(random.nextInt(10)));
          default -> text.insert(at, "{}[]\",:0a-".charAt(random.nextInt(10)));
        }
      }
      CniRequest request = new CniRequest(Map.of("CNI_COMMAND", "ADD"), text.toString());
      try {
        Ipam.of(NetworkConfiguration.read(request), request);
      } catch (CniException meant) {
        assertTrue(meant.code() >= 1 && meant.code() <= 7, meant.getMessage());
        refused++;
      }
    }
    assertTrue(refused > 2000, refused + " were refused");
  }
}

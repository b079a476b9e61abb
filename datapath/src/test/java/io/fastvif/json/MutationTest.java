package io.fastvif.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import io.fastvif.host.HostInfo;
import io.fastvif.host.HostPluginInfo;
import io.fastvif.host.HostPortProfileInfo;
import io.fastvif.host.HostVifInfo;
import io.fastvif.host.NegotiationAnswer;
import io.fastvif.host.negotiation.NegotiationException;
import io.fastvif.host.negotiation.NetworkHost;
import io.fastvif.host.negotiation.ServiceHost;
import io.fastvif.testing.Mutator;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.Version;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifVhostUser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Damaged documents are read, or refused with the one exception; nothing else happens. */
class MutationTest {
  private static final int COUNT = 10_000;
  private static final long SEED = 20261121;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  /** For one mutant, the longest of which have some 150 kB. */
  private static final long LIMIT_BYTES = 64 << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final Version V1_4 = new Version(1, 4);
  private static final HostInfo HOST =
      HostInfo.of(
          List.of(
              HostPluginInfo.of(
                  "ovs",
                  HostVifInfo.of(
                      VifVhostUser.OBJECT_NAME,
                      Version.V1_0,
                      VifVhostUser.CURRENT,
                      HostPortProfileInfo.of(
                          PortProfileOpenVSwitch.OBJECT_NAME, Version.V1_0, V1_4)))));
  private static final Vif VIF =
      VifVhostUser.builder()
          .plugin("ovs")
          .portProfile(PortProfileOpenVSwitch.builder().interfaceId("i").build())
          .build();

  /** What a mutant is given to; gives whether it was understood. */
  private interface Target {
    boolean understands(byte[] mutant) throws IOException;
  }

  /** Gives every mutant to the target; most must be refused, but not all. */
  private static void run(List<String> documents, Target target) {
    Mutator mutator = new Mutator(SEED);
    int[] understood = {0};
    assertTimeout(
        LIMIT,
        () -> {
          for (int i = 0; i < COUNT; i++) {
            byte[] mutant = mutator.next(documents);
            long before = THREADS.getCurrentThreadAllocatedBytes();
            try {
              understood[0] += target.understands(mutant) ? 1 : 0;
            } catch (IOException | RuntimeException | StackOverflowError e) {
              fail("mutant " + i + ": " + new String(mutant, UTF_8), e);
            }
            long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            assertTrue(allocated < LIMIT_BYTES, allocated + " bytes for mutant " + i);
          }
        });
    assertTrue(understood[0] > 0, "harmless mutants are understood");
    assertTrue(understood[0] < COUNT / 2, "most mutants are refused: " + understood[0]);
  }

  private static boolean refused(RuntimeException e) {
    assertTrue(e.getMessage().length() < 5_000, e.getMessage());
    assertTrue(e.getMessage().chars().noneMatch(Character::isISOControl), e.getMessage());
    return false;
  }

  @Test
  void everyPlugRequestIsReadOrRefused() throws IOException {
    run(
        new ArrayList<>(Samples.files().values()),
        mutant -> {
          try {
            PlugRequests.read(new ByteArrayInputStream(mutant));
            return true;
          } catch (InvalidInputException e) {
            return refused(e);
          }
        });
  }

  @Test
  void everyRequestOfANegotiationIsAnswered() {
    NetworkHost network = new NetworkHost(List.of(VIF));
    run(
        List.of(VersionedObjectWriter.write(HOST), VersionedObjectWriter.writePretty(HOST)),
        mutant -> {
          NegotiationAnswer answer =
              NegotiationAnswers.read(network.answer(new String(mutant, UTF_8)));
          return answer instanceof NegotiationAnswer.Chosen;
        });
  }

  @Test
  void everyAnswerOfANegotiationIsTakenOrRefused() {
    ServiceHost service = new ServiceHost(HOST);
    List<String> answers =
        List.of(
            NegotiationAnswers.write(new NegotiationAnswer.Chosen(VIF)),
            NegotiationAnswers.write(
                new NegotiationAnswer.TooNew("old", Map.of("HostVIFInfo", Version.V1_0))),
            NegotiationAnswers.write(new NegotiationAnswer.NothingSuits("no", List.of("a", "b"))),
            NegotiationAnswers.write(new NegotiationAnswer.Malformed("what?")));
    run(
        answers,
        mutant -> {
          int[] asked = {0};
          try {
            service.negotiate(
                request -> {
                  asked[0]++;
                  return new String(mutant, UTF_8);
                });
            assertEquals(1, asked[0]);
            return true;
          } catch (NegotiationException e) {
            assertTrue(asked[0] <= 2, "asked " + asked[0] + " times");
            return refused(e);
          }
        });
  }
}

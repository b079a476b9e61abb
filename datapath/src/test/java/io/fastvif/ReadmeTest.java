package io.fastvif;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.json.VersionedObjectReader;
import io.fastvif.vif.json.VersionedObjectWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The README's example compiles, works, and is the one that stands here. */
class ReadmeTest {
  private static final Path SOURCE = Path.of("src/test/java/io/fastvif/ReadmeTest.java");
  private static final Path README = Path.of("../README.md");

  private static PlugResult plug(String json) {
    // example begins
    VifPlugins plugins = VifPlugins.installed();
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      Vif vif = VersionedObjectReader.readVif(json);
      PlugPlan plan = plugins.of(vif).plug(vif, null, engine.snapshot());
      CompletionStage<PlugResult> submitted = engine.submit(plan).orElseThrow();
      PlugResult result = submitted.toCompletableFuture().join();
      System.out.println(vif.id().get() + " " + result.outcome() + " " + plan.devices());
      return result;
    }
    // example ends
  }

  @KernelTest
  void theExamplePlugs() {
    VifGeneric vif =
        VifGeneric.builder()
            .id("8d1c6f0e-0a7c-4f5d-9a37-1d0d1f6f8f11")
            .plugin("tap")
            .vifName("tap0")
            .build();
    assertEquals(Outcome.PLUGGED, plug(VersionedObjectWriter.write(vif)).outcome());
  }

  @Test
  void theReadmeShowsThisExample() throws Exception {
    List<String> lines = Files.readAllLines(SOURCE);
    int begin = lines.indexOf("    // example begins");
    int end = lines.indexOf("    // example ends");
    String example =
        lines.subList(begin + 1, end).stream()
            .map(line -> line.substring(Math.min(4, line.length())))
            .collect(Collectors.joining("\n"));
    assertTrue(
        Files.readString(README).contains("```java\n" + example + "\n```"),
        "README.md does not show this:\n" + example);
  }
}

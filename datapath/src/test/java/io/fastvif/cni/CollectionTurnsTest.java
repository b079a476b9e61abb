package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.netns.Netns;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/**
 * A runtime that was killed in the midst of an ADD, or of a collection, starts again and asks for
 * the other, while the agent still does the first. IPAM is a plugin that waits.
 */
class CollectionTurnsTest {
  private static final long TIMEOUT_SECONDS = 120;

  @TempDir Path folder;

  /** Says that it has begun, waits while there is a file of the verb's, and keeps one address. */
  private void makeIpam() throws IOException {
    Path program = Files.createDirectories(folder.resolve("plugins")).resolve("slow");
    Files.writeString(
        program,
        """
        #!/bin/sh
        cat >/dev/null
        echo "$CNI_COMMAND $CNI_CONTAINERID" >>%1$s/log
        n=0
        while [ -e %1$s/hold-$CNI_COMMAND-$CNI_CONTAINERID ] && [ $n -lt 5000 ]; do sleep 0.01; n=$((n+1)); done
        case $CNI_COMMAND in
          ADD) echo $CNI_CONTAINERID >%1$s/address
            echo '{"cniVersion":"1.1.0","ips":[{"address":"10.88.0.2/24"}]}';;
          DEL|GC) rm -f %1$s/address;;
        esac
        """
            .formatted(folder));
    assertTrue(program.toFile().setExecutable(true));
  }

  private static String network(String name) {
    return ("{'cniVersion':'1.1.0','name':'"
            + name
            + "','type':'fastvif','attachment':'bridge','bridge':'br7','ipam':{'type':'slow'}}")
        .replace('\'', '"');
  }

  private CompletableFuture<CniAnswer> ask(
      CniPlugin plugin, ExecutorService threads, String verb, String container, Netns pod) {
    return ask(plugin, threads, verb, container, pod, network("net"));
  }

  private CompletableFuture<CniAnswer> ask(
      CniPlugin plugin,
      ExecutorService threads,
      String verb,
      String container,
      Netns pod,
      String network) {
    Map<String, String> variables = new HashMap<>(PodLab.variables(verb, container, pod));
    variables.put("CNI_PATH", folder.resolve("plugins").toString());
    String text =
        verb.equals("GC") ? PodLab.with(network, "cni.dev/valid-attachments", "[]") : network;
    return plugin.answer(new CniRequest(variables, text), threads);
  }

  private void hold(String what) throws IOException {
    Files.createFile(folder.resolve("hold-" + what));
  }

  private void release(String what) throws IOException {
    Files.delete(folder.resolve("hold-" + what));
  }

  private List<String> log() throws IOException {
    Path log = folder.resolve("log");
    return Files.exists(log) ? Files.readAllLines(log) : List.of();
  }

  private static void done(CompletableFuture<CniAnswer> asked) throws Exception {
    CniAnswer answer = asked.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    assertFalse(answer.isError(), answer.text());
  }

  private static String links() throws Exception {
    return Peer.require("ip", "iproute2").run("-o link show type veth");
  }

  /** What is done with a plugin and the agent's threads. */
  private interface Body {
    void run(CniPlugin plugin, ExecutorService threads) throws Exception;
  }

  private void withPlugin(Body body) throws Exception {
    makeIpam();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (VifHost host =
            VifHost.open(VifHostOptions.byDefault().withLeases(folder.resolve("devices")));
        CniPlugin plugin = new CniPlugin(host)) {
      body.run(plugin, threads);
    } finally {
      threads.shutdownNow();
    }
  }

  /** Otherwise the collection finds nothing, and the ADD makes what nobody takes away any more. */
  @KernelTest
  void collectionTakesAwayWhatAnAddBeforeItStillMakes() throws Exception {
    withPlugin(
        (plugin, threads) -> {
          try (Netns pod = Netns.createPrivate()) {
            hold("ADD-one");
            CompletableFuture<CniAnswer> add = ask(plugin, threads, "ADD", "one", pod);
            Await.until("the ADD to ask for an address", () -> log().contains("ADD one"));
            CompletableFuture<CniAnswer> collection = ask(plugin, threads, "GC", "", null);
            // What comes of other networks does not wait for it.
            done(ask(plugin, threads, "ADD", "two", pod, network("other")));
            done(ask(plugin, threads, "DEL", "two", pod, network("other")));
            assertFalse(collection.isDone());
            release("ADD-one");
            done(add);
            done(collection);
            assertEquals("", links());
            assertFalse(Files.exists(folder.resolve("address")));
          }
        });
  }

  /** Otherwise the collection frees the address of a pod that its list cannot have. */
  @KernelTest
  void addThatComesWhileACollectionGoesOnKeepsItsAddress() throws Exception {
    withPlugin(
        (plugin, threads) -> {
          try (Netns pod = Netns.createPrivate()) {
            hold("GC-");
            CompletableFuture<CniAnswer> collection = ask(plugin, threads, "GC", "", null);
            Await.until("the collection of addresses", () -> log().contains("GC "));
            CompletableFuture<CniAnswer> add = ask(plugin, threads, "ADD", "one", pod);
            done(ask(plugin, threads, "ADD", "two", pod, network("other")));
            done(ask(plugin, threads, "DEL", "two", pod, network("other")));
            assertFalse(log().contains("ADD one"), () -> "it did not wait");
            release("GC-");
            done(collection);
            done(add);
            assertTrue(links().contains("veth"), links());
            assertEquals("one\n", Files.readString(folder.resolve("address")));
            done(ask(plugin, threads, "DEL", "one", pod));
            assertEquals("", links());
          }
        });
  }

  /** Collections of one network follow one another, and none is forgotten. */
  @KernelTest
  void manyInterleave() throws Exception {
    withPlugin(
        (plugin, threads) -> {
          try (Netns pod = Netns.createPrivate()) {
            for (int i = 0; i < 10; i++) {
              List<CompletableFuture<CniAnswer>> asked =
                  List.of(
                      ask(plugin, threads, "ADD", "one", pod),
                      ask(plugin, threads, "GC", "", null),
                      ask(plugin, threads, "GC", "", null),
                      ask(plugin, threads, "ADD", "one", pod),
                      ask(plugin, threads, "DEL", "one", pod),
                      ask(plugin, threads, "GC", "", null));
              for (CompletableFuture<CniAnswer> one : asked) {
                done(one);
              }
              assertEquals("", links());
            }
          }
        });
  }
}

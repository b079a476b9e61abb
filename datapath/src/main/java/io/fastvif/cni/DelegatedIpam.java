package io.fastvif.cni;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * An IPAM plugin that is a program of its own, by the specification's delegation: it is looked for
 * in CNI_PATH, and gets the same environment and configuration.
 */
final class DelegatedIpam implements Ipam {
  private static final long LIMIT_SECONDS = 60;

  private final String type;
  private final CniRequest request;

  DelegatedIpam(String type, CniRequest request) {
    this.type = type;
    this.request = request;
  }

  @Override
  public CniResult add(AttachmentId id) {
    String result = run("ADD");
    try {
      return CniResult.read(type, CniJson.object("the result of " + type, result));
    } catch (CniException unusable) {
      run("DEL"); // what it gave would be nobody's
      throw unusable;
    }
  }

  @Override
  public void delete(AttachmentId id) {
    run("DEL");
  }

  @Override
  public void check(AttachmentId id) {
    run("CHECK");
  }

  @Override
  public void collect(Set<AttachmentId> valid) {
    Map<String, Object> configuration =
        new LinkedHashMap<>(CniJson.object("the configuration", request.configuration()));
    configuration.put(
        GarbageCollection.VALID,
        valid.stream()
            .map(id -> Map.of("containerID", id.containerId(), "ifname", id.ifName()))
            .toList());
    run("GC", CniJson.write(configuration));
  }

  @Override
  public void status() {
    run("STATUS");
  }

  private String run(String command) {
    return run(command, request.configuration());
  }

  private String run(String command, String configuration) {
    ProcessBuilder builder = new ProcessBuilder(program().toString());
    String path = builder.environment().get("PATH");
    builder.environment().clear();
    builder.environment().putAll(request.variables());
    builder.environment().put("CNI_COMMAND", command);
    if (path != null) {
      builder.environment().put("PATH", path);
    }
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      Process process = builder.start();
      try {
        return answer(process, configuration);
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException failed) {
      throw new CniException(
          CniException.IPAM_FAILED,
          "the plugin " + type + " cannot be run",
          failed.toString(),
          failed);
    }
  }

  private String answer(Process process, String configuration) throws IOException {
    CompletableFuture<byte[]> written = new CompletableFuture<>();
    Thread reader =
        Thread.ofPlatform()
            .daemon()
            .name("fastvif-ipam")
            .start(
                () -> {
                  try (InputStream out = process.getInputStream()) {
                    written.complete(out.readAllBytes());
                  } catch (IOException broken) {
                    written.completeExceptionally(broken);
                  }
                });
    try (OutputStream in = process.getOutputStream()) {
      in.write(configuration.getBytes(StandardCharsets.UTF_8));
    } catch (IOException unread) {
      // it has ended without reading all: its answer says why
    }
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new CniException(
            CniException.TRY_AGAIN_LATER,
            "the plugin " + type + " has not ended in " + LIMIT_SECONDS + " s");
      }
      reader.join(TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new CniException(CniException.TRY_AGAIN_LATER, "interrupted", "", interrupted);
    }
    String text = new String(written.getNow(new byte[0]), StandardCharsets.UTF_8);
    if (process.exitValue() != 0) {
      throw refused(text);
    }
    return text;
  }

  private CniException refused(String text) {
    try {
      Map<String, Object> error = CniJson.object("the error of " + type, text);
      int code = error.get("code") instanceof Number number ? number.intValue() : 0;
      return new CniException(
          code == 0 ? CniException.IPAM_FAILED : code,
          type + ": " + error.getOrDefault("msg", ""),
          String.valueOf(error.getOrDefault("details", "")));
    } catch (CniException unreadable) {
      return new CniException(CniException.IPAM_FAILED, "the plugin " + type + " has failed", text);
    }
  }

  private Path program() {
    for (String folder : request.variable("CNI_PATH").split(":", -1)) {
      if (folder.startsWith("/")) {
        Path program = Path.of(folder, type);
        if (Files.isExecutable(program) && Files.isRegularFile(program)) {
          return program;
        }
      }
    }
    throw new CniException(
        CniException.INVALID_CONFIGURATION,
        "ipam.type: the plugin " + type + " is not in CNI_PATH",
        request.variable("CNI_PATH"));
  }
}

package io.fastvif.agent.api;

import io.fastvif.VifHost;
import io.fastvif.agent.http.Access;
import io.fastvif.agent.http.ApiRequest;
import io.fastvif.agent.http.HttpRoute;
import io.fastvif.agent.http.Method;
import io.fastvif.agent.http.Response;
import io.fastvif.cni.CniException;
import io.fastvif.cni.CniPlugin;
import io.fastvif.cni.CniRequest;
import io.fastvif.vif.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** {@code POST /v1/cni}: what a container runtime asks of the plugin that it executes. */
final class CniRoute {
  /** Where the answer is an error object, and the exit status of the plugin 1. */
  private static final String ERROR = "Fastvif-Cni-Error";

  private static final int WORKERS = 4;
  private static final int IDLE_SECONDS = 5;

  private final CniPlugin plugin;

  /** What is waiting for them is bounded by the server's requests under way. */
  private final ThreadPoolExecutor workers =
      new ThreadPoolExecutor(
          WORKERS,
          WORKERS,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          Thread.ofPlatform().name("fastvif-cni-worker").daemon().factory());

  private CniRoute(VifHost host) {
    workers.allowCoreThreadTimeOut(true);
    plugin = new CniPlugin(host);
    CompletableFuture<Void> unused = plugin.restore(); // tells of nothing but to the log
  }

  /**
   * Begun on the server's thread, so that requests keep their order: a DEL must not overtake the
   * ADD before it, of which the runtime has killed the client. IPAM, which may wait for files, has
   * threads of its own; the plug itself is answered later and keeps none.
   */
  static HttpRoute of(VifHost host) {
    return HttpRoute.later(Method.POST, "/v1/cni", Access.CHANGE, new CniRoute(host)::answer);
  }

  private CompletionStage<Response> answer(ApiRequest request) {
    request.requireQuery();
    CniRequest asked;
    try {
      asked = CniRequest.parse(new String(request.body(), StandardCharsets.UTF_8));
    } catch (CniException wrong) {
      throw InvalidInputException.of(
          "", wrong.getMessage(), "an object of the variables CNI_... and of config, all strings");
    }
    return plugin
        .answer(asked, workers)
        .thenApply(
            answer -> {
              String text = answer.text().isEmpty() ? "{}" : answer.text();
              Response response = Response.json(200, text + "\n");
              return answer.isError() ? response.withHeader(ERROR, "1") : response;
            });
  }
}

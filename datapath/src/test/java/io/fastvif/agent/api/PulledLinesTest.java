package io.fastvif.agent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.agent.http.Access;
import io.fastvif.agent.http.HttpOptions;
import io.fastvif.agent.http.HttpRoute;
import io.fastvif.agent.http.HttpServer;
import io.fastvif.agent.http.Method;
import io.fastvif.agent.http.Response;
import io.fastvif.agent.http.UnixHttp;
import io.fastvif.testing.Await;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PulledLinesTest {
  private static final int MANY = 100_000;

  @TempDir Path folder;

  @Test
  void aLongListIsMadeAsItIsTaken() throws Exception {
    AtomicInteger made = new AtomicInteger();
    HttpRoute list =
        HttpRoute.quick(
            Method.GET,
            "/list",
            Access.READ,
            request ->
                Response.stream(
                    Response.JSON,
                    new PulledLines(
                        "{\"numbers\":[",
                        IntStream.range(0, MANY)
                            .mapToObj(
                                number -> {
                                  made.incrementAndGet();
                                  return "{\"number\":"
                                      + number
                                      + ",\"a\":\""
                                      + "x".repeat(100)
                                      + "\"}";
                                })
                            .iterator(),
                        ",\n",
                        "",
                        "]}")));
    Path socket = folder.resolve("s");
    try (HttpServer server =
            HttpServer.listen(
                HttpOptions.byDefault(),
                socket,
                PosixFilePermissions.fromString("rw-------"),
                null,
                List.of(list));
        UnixHttp slow = UnixHttp.to(socket);
        UnixHttp quick = UnixHttp.to(socket)) {
      slow.send(UnixHttp.request("GET", "/list", ""));
      slow.head();
      UnixHttp.Answer answer = quick.ask("GET", "/list", "");
      int ofTheSlowOne = made.get() - MANY;
      assertTrue(ofTheSlowOne < MANY / 10, () -> ofTheSlowOne + " were made that nobody takes");
      Map<String, Object> document = JsonValue.object(JsonValue.of(answer.body()));
      List<?> numbers = (List<?>) document.get("numbers");
      for (int i = 0; i < MANY; i++) {
        assertEquals((long) i, JsonValue.object(numbers.get(i)).get("number"));
      }
      Await.until("the slow one's is left", () -> server.statistics().underWay() == 1);
      int chunks = 0;
      while (slow.chunk() != null) {
        chunks++;
      }
      assertTrue(chunks > 100, "it gets all of it in the end");
    }
  }
}

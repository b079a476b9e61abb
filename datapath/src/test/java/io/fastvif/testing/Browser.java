package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.fastvif.agent.client.JsonView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Chromium without a window, in the network namespace of the thread that starts it, with one page.
 * It is told what to do over a pipe, as its developer tools would.
 *
 * @see <a href="https://chromedevtools.github.io/devtools-protocol/">DevTools Protocol</a>
 */
public final class Browser implements AutoCloseable {
  private static final long SECONDS = 240;
  private static final int END_SECONDS = 60;

  private final Process process;
  private final OutputStream commands;
  private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
  private final List<String> complaints = new ArrayList<>();
  private final Path output;
  private String session;
  private int lastId;

  private Browser(Process process, Path output) {
    this.process = process;
    this.output = output;
    commands = process.getOutputStream();
    Thread reader = new Thread(() -> read(process.getInputStream()), "browser-messages");
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts it.
   *
   * @param folder for its profile and its output
   */
  public static Browser start(Path folder, int width, int height) throws Exception {
    Path program = Peer.require("chromium", "chromium").path();
    Path output = folder.resolve("chromium.log");
    // it wants the pipe as descriptors 3 and 4
    List<String> command =
        List.of(
            "/bin/sh",
            "-c",
            "exec \"$@\" 3<&0 4>&1 0</dev/null 1>&2",
            "sh",
            program.toString(),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--user-data-dir=" + folder.resolve("profile"),
            "--window-size=" + width + "," + height,
            "--remote-debugging-pipe",
            "about:blank");
    Process process = new ProcessBuilder(command).redirectError(output.toFile()).start();
    Browser browser = new Browser(process, output);
    try {
      browser.attach();
      return browser;
    } catch (Exception | Error failed) {
      browser.close();
      throw failed;
    }
  }

  private boolean isAttached() throws IOException, InterruptedException {
    for (JsonView target : call("Target.getTargets", "{}").at("targetInfos").elements()) {
      if (target.at("type").text().equals("page") && session == null) {
        String id = target.at("targetId").text();
        session =
            call("Target.attachToTarget", "{\"targetId\":\"" + id + "\",\"flatten\":true}")
                .at("sessionId")
                .text();
      }
    }
    return session != null;
  }

  private void attach() throws Exception {
    Await.until("the browser opens a page; " + output, this::isAttached);
    call("Page.enable", "{}");
    call("Runtime.enable", "{}");
    call("Log.enable", "{}");
  }

  /** Messages end with a zero byte. */
  private void read(InputStream in) {
    byte[] buffer = new byte[1 << 16];
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    try {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        int begin = 0;
        for (int i = 0; i < count; i++) {
          if (buffer[i] == 0) {
            message.write(buffer, begin, i - begin);
            messages.add(message.toString(StandardCharsets.UTF_8));
            message.reset();
            begin = i + 1;
          }
        }
        message.write(buffer, begin, count - begin);
      }
    } catch (IOException ended) {
      // with the process
    }
  }

  /** Has it do something, and waits for the answer. */
  private JsonView call(String method, String parameters) throws IOException, InterruptedException {
    int id = ++lastId;
    String to = session == null ? "" : ",\"sessionId\":\"" + session + "\"";
    String command =
        "{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + parameters + to + "}\0";
    commands.write(command.getBytes(StandardCharsets.UTF_8));
    commands.flush();
    while (true) {
      String text = messages.poll(SECONDS, TimeUnit.SECONDS);
      if (text == null) {
        fail(method + " is not answered: " + Files.readString(output));
      }
      JsonView message = JsonView.of(text);
      if (message.at("id").number() == id) {
        if (message.at("error").isThere()) {
          fail(method + ": " + text);
        }
        return message.at("result");
      }
      note(message, text);
    }
  }

  private void note(JsonView message, String text) {
    String method = message.at("method").text();
    boolean isLogged =
        method.equals("Log.entryAdded")
            && List.of("error", "warning").contains(message.at("params", "entry", "level").text());
    if (isLogged
        || method.equals("Runtime.exceptionThrown")
        || method.equals("Page.javascriptDialogOpening")) {
      complaints.add(text);
    }
  }

  /** Opens a page. */
  public void open(String url) throws IOException, InterruptedException {
    call("Page.navigate", "{\"url\":" + quoted(url) + "}");
  }

  /** What a script in the page comes to, as text; a promise is awaited. */
  public String evaluate(String script) throws IOException, InterruptedException {
    JsonView result =
        call(
            "Runtime.evaluate",
            "{\"expression\":"
                + quoted("(async () => String(await (" + script + ")))()")
                + ",\"awaitPromise\":true,\"returnByValue\":true}");
    if (result.at("exceptionDetails").isThere()) {
      return "failed: " + result.at("exceptionDetails", "exception", "description").text();
    }
    return result.at("result", "value").text();
  }

  /** Waits until a script in the page comes to that. */
  public void await(String expected, String script) throws Exception {
    AtomicReference<String> last = new AtomicReference<>();
    try {
      Await.until(
          script,
          () -> {
            last.set(evaluate(script));
            return last.get().equals(expected);
          });
    } catch (AssertionError never) {
      throw new AssertionError(script + " stays " + last + ", expected " + expected, never);
    }
  }

  /** Presses and releases a key, such as {@code Tab} or {@code Enter}. */
  public void press(String key, int code) throws IOException, InterruptedException {
    String text = key.equals("Enter") ? ",\"text\":\"\\r\"" : "";
    for (String type : List.of("keyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          "{\"type\":\""
              + type
              + "\",\"key\":\""
              + key
              + "\",\"code\":\""
              + key
              + "\",\"windowsVirtualKeyCode\":"
              + code
              + text
              + "}");
    }
  }

  /** Has the page believe that its user prefers dark, or light, colours. */
  public void prefer(String colours) throws IOException, InterruptedException {
    call(
        "Emulation.setEmulatedMedia",
        "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"" + colours + "\"}]}");
  }

  /** What the page looks like, as PNG. */
  public byte[] picture() throws IOException, InterruptedException {
    String data =
        call("Page.captureScreenshot", "{\"format\":\"png\",\"captureBeyondViewport\":false}")
            .at("data")
            .text();
    return Base64.getDecoder().decode(data);
  }

  /** Errors and warnings of the page so far: refused scripts, exceptions, dialogs. */
  public List<String> complaints() throws IOException, InterruptedException {
    evaluate("1"); // those before it have come with its answer
    return List.copyOf(complaints);
  }

  private static String quoted(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }

  @Override
  public void close() throws IOException {
    List<ProcessHandle> all = process.descendants().toList();
    end();
    // None of them writes into its folder any more, which is deleted after the test.
    all.forEach(each -> each.destroyForcibly());
    all.forEach(each -> each.onExit().join());
    process.onExit().join();
  }

  private void end() {
    try {
      session = null;
      commands.write(
          ("{\"id\":" + ++lastId + ",\"method\":\"Browser.close\"}\0")
              .getBytes(StandardCharsets.UTF_8));
      commands.flush();
      if (process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (IOException ended) {
      // by itself
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}

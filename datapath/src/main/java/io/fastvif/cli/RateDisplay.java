package io.fastvif.cli;

import io.fastvif.fastpath.PortReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/** Shows ports' rates until a signal comes; on a terminal each table over the one before. */
final class RateDisplay {
  private static final int MILLIS = 1000;

  private final int interval;
  private final boolean json;
  private final PrintWriter out;
  private final PrintWriter err;

  /**
   * @param interval seconds from one look to the next; 0 for none
   * @param json whether a look is a line of JSON
   */
  RateDisplay(int interval, boolean json, PrintWriter out, PrintWriter err) {
    this.interval = interval;
    this.json = json;
    this.out = out;
    this.err = err;
  }

  /** What the ports have done. */
  interface Source {
    List<PortReport> reports() throws IOException;
  }

  void show(Source ports, EndSignal signal) throws IOException, InterruptedException {
    if (ports.reports().isEmpty()) {
      err.println("fastvif: no VIF here has the plugin vhostuser_fp: nothing is forwarded");
      err.flush();
    }
    if (interval == 0) {
      signal.await();
      return;
    }
    PortTable table = new PortTable(System.nanoTime());
    boolean terminal = Progress.isTerminal(1);
    int drawn = 0;
    while (!signal.await(interval * (long) MILLIS)) {
      if (out.checkError()) {
        continue;
      }
      long now = System.nanoTime();
      if (json) {
        out.println(table.json(ports.reports(), now));
      } else {
        List<String> lines = table.lines(ports.reports(), now);
        if (terminal && drawn > 0) {
          out.print("\033[" + drawn + "A"); // up, as many lines
        }
        lines.forEach(line -> out.println(terminal ? line + "\033[K" : line)); // clears the rest
        drawn = lines.size();
      }
      out.flush();
    }
  }
}

/**
 * Benchmarks of fastvif. Open, because JMH reaches its generated code by reflection, and picocli
 * the commands' options.
 */
@SuppressWarnings("requires-automatic") // JMH and HdrHistogram have no descriptor of their own
open module io.fastvif.benchmarks {
  requires com.fasterxml.jackson.core;
  requires HdrHistogram;
  requires info.picocli;
  requires io.fastvif.bindings;
  requires io.fastvif.datapath;
  requires java.management;
  requires jdk.jfr;
  requires jmh.core;
}

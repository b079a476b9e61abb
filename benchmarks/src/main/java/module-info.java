/** JMH benchmarks of fastvif. Open, because JMH reaches its generated code by reflection. */
@SuppressWarnings("requires-automatic") // JMH has no descriptor of its own
open module io.fastvif.benchmarks {
  requires com.fasterxml.jackson.core;
  requires io.fastvif.bindings;
  requires io.fastvif.datapath;
  requires jmh.core;
}

/** System calls and kernel structures for fastvif: the only module that makes downcalls. */
@SuppressWarnings("module") // whoever reads this one is compiled later
module io.fastvif.bindings {
  exports io.fastvif.bindings;
  exports io.fastvif.bindings.linux;
  exports io.fastvif.bindings.fault to
      io.fastvif.benchmarks,
      io.fastvif.datapath;
}

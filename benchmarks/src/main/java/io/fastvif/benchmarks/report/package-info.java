/**
 * The comparison's report: what was measured, written as JSON, Markdown and one HTML page, read
 * again, and compared with an older one.
 *
 * <p>The records say nothing of how they were measured, and the writers measure nothing. The JSON
 * is the report; Markdown and HTML are views of it. The page needs no script and no other file, so
 * that it can be mailed, kept and looked at years later. A system that was slower than another, or
 * has no figure at all, is shown in the same place and form as one that was faster.
 *
 * <p>May use: the JDK and Jackson's streaming core; nothing else of fastvif.
 */
package io.fastvif.benchmarks.report;
